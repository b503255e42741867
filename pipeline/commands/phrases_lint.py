"""`kouken phrases lint`: every problem of a dictionary at once."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import chosen, draft_option, opened, problem_line, say, say_json, version_option
from pipeline.commands.problem_options import Listing, problem_options
from pipeline.errors import ExitCode
from pipeline.language import Text, in_language


@common_options(
    Text(
        "辞書の問題をすべて挙げます。FILE を省くと公開中の辞書(データベースがなければ製品に付いている辞書)を調べます。",
        "List every problem of a dictionary; without FILE of the published one, or, where there is no store yet, of the"
        " one that ships with the product.",
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@version_option()
@draft_option()
@problem_options()
@json_option()
def lint(
    context: Context,
    file: Path | None,
    version: str,
    draft_id: int | None,
    whole: bool,
    problem_file: Path | None,
    as_json: bool,
) -> None:
    """Parse, call, print; an error (not a warning) gives exit code 2."""
    from phrases.files import load_starter
    from phrases.lint import lint as find_problems
    from phrases.loaded import Loaded
    from pipeline.dictionaries.dictionary import has_store
    from pipeline.refusals import told
    from pipeline.text.dictionary import BadDictionary, read_dictionary, rows_of
    from pipeline.text.meaning import encoder_for

    try:
        if file is not None:
            read = read_dictionary(file)
        elif not has_store(context.settings):
            read = Loaded(load_starter())
        else:
            with opened(context) as store:
                read = Loaded(chosen(store, draft_id, version))
        problems = read.with_found(find_problems(read.phrase_set, encode=encoder_for(read.phrase_set)))
        count = len(read.phrase_set.phrases)
    except BadDictionary as error:
        problems, count = error.problems, 0
    errors = sum(problem.is_error for problem in problems)
    Listing(context, whole, problem_file).write(rows_of(problems))
    if as_json:
        rows = [
            {
                "place": p.place,
                "column": p.column,
                "entry": p.entry,
                "error": p.is_error,
                "message": in_language(p.message, context.language),
            }
            for p in problems
        ]
        say_json({"phrases": count, "errors": errors, "problems": rows})
    else:
        each = [problem_line(context, p) for p in problems]
        for line in told(rows_of(problems), each, 0, context.language, whole=whole):
            click.echo(line)
        say(context, Text(f"{count} 件の項目、誤り {errors} 件", f"{count} entries, {errors} error(s)"))
    if errors:
        raise click.exceptions.Exit(ExitCode.BAD_INPUT)


command = lint

"""`kouken phrases lint`: every problem of a dictionary at once."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.errors import ExitCode
from pipeline.language import Text, in_language


@common_options(
    Text(
        "辞書の問題をすべて挙げます。FILE を省くと、製品に付いている辞書を調べます。",
        "List every problem of a dictionary; without FILE, of the one that ships with the product.",
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@json_option()
def lint(context: Context, file: Path | None, as_json: bool) -> None:
    """Parse, call, print; an error (not a warning) gives exit code 2."""
    from phrases.lint import lint as find_problems
    from pipeline.text.dictionary import BadDictionary, load_dictionary

    try:
        phrase_set = load_dictionary(file)
        problems = find_problems(phrase_set)
        count = len(phrase_set.phrases)
    except BadDictionary as error:
        problems, count = error.problems, 0
    errors = sum(problem.is_error for problem in problems)
    if as_json:
        rows = [
            {"place": p.place, "error": p.is_error, "message": in_language(p.message, context.language)}
            for p in problems
        ]
        click.echo(json.dumps({"phrases": count, "errors": errors, "problems": rows}, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            kind = Text("誤り", "error") if problem.is_error else Text("注意", "warning")
            message = in_language(problem.message, context.language)
            click.echo(f"{in_language(kind, context.language)} {problem.place}: {message}")
        summary = Text(f"{count} 件の項目、誤り {errors} 件", f"{count} entries, {errors} error(s)")
        click.echo(in_language(summary, context.language))
    if errors:
        raise click.exceptions.Exit(ExitCode.BAD_INPUT)


command = lint

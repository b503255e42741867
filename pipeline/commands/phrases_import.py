"""`kouken phrases import`: the changes of a file become a draft, row by row, all or nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, draft_option, opened, say, say_json, say_problem
from pipeline.commands.problem_options import Listing, problem_options
from pipeline.errors import BadInput
from pipeline.language import Text

if TYPE_CHECKING:
    from pipeline.dictionaries.dictionary import Imported


@common_options(
    Text(
        "YAML・CSV・Excel の変更を下書きに取り込み、行ごとの結果を示します。"
        "一行でも誤りがあれば、誤りを行・列・id とともに挙げ(多いときは種類ごとの数と、"
        "はじめの 100 件)、何も取り込みません(終了コード 2)。",
        "Take the changes of a YAML, CSV or XLSX file into a draft and tell what became of every row. One error refuses"
        " the file: the errors are told with row, column and id (of many the kinds and the first 100), and the exit"
        " code is 2.",
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@option("--starter", is_flag=True, help=Text("この製品の版に付いている新しい項目", "what this release of Kouken adds"))
@option(
    "--based-on", default="", help=Text("もとにした版(既定は書き出しに入っている版)", "version the file was made from")
)
@option("--complete", is_flag=True, help=Text("ファイルにない項目を消す", "remove what the file does not hold"))
@option("--shared", is_flag=True, help=Text("だれでも直せる新しい下書きに", "into a new draft that everybody shares"))
@option("--title", default="", help=Text("新しい下書きの題", "title of a new draft"))
@option(
    "--dry-run",
    is_flag=True,
    help=Text("結果を見るだけ(誤りがあれば終了コード 2)", "only show what would happen (exit code 2 for errors)"),
)
@draft_option()
@as_option()
@problem_options()
@json_option()
def import_(
    context: Context,
    file: Path | None,
    starter: bool,
    based_on: str,
    complete: bool,
    shared: bool,
    title: str,
    dry_run: bool,
    draft_id: int | None,
    user: str | None,
    whole: bool,
    problem_file: Path | None,
    as_json: bool,
) -> None:
    """Parse, call, print."""
    from phrases.files import load_starter
    from phrases.loaded import Loaded
    from pipeline.dictionaries import dictionary
    from pipeline.text.dictionary import BadDictionary, read_dictionary

    if (file is None) != starter:
        raise BadInput(Text("ファイルか --starter のどちらか一つを指定してください。", "Name a file, or --starter."))
    try:
        with Listing(context, whole, problem_file).of_refusals():
            read = read_dictionary(file) if file else Loaded(load_starter())
            given = dictionary.Import(read, based_on, complete, draft_id, shared, title, dry_run)
            with opened(context) as store:
                actor, via = acting(context, store, user, "dictionary.edit", "phrases.save")
                take = dictionary.take_starter if starter else dictionary.take_in
                imported = take(store, given, actor, via)
    except BadDictionary as error:
        if as_json:
            say_json({"draft": None, "rows": [], "problems": error.problems})
        raise
    if as_json:
        say_json(imported)
        return
    for row in imported.rows:
        if row.result != "unchanged":
            say(context, Text(f"{row.text.ja} {row.name}", f"{row.text.en} {row.name}"))
    for warning in imported.warnings:
        say_problem(context, warning)
    _summed_up(context, imported, dry_run=dry_run)


def _summed_up(context: Context, imported: "Imported", *, dry_run: bool) -> None:
    ja = "、".join(f"{text.ja} {number}" for text, number in imported.counts)
    en = ", ".join(f"{text.en} {number}" for text, number in imported.counts)
    say(context, Text(f"{len(imported.rows)} 行: {ja}", f"{len(imported.rows)} rows: {en}"))
    if not imported.base_known:
        note = Text(
            "もとにした版がわからないため、いま公開中の版と比べました(--based-on で指定できます)。",
            "The version that the file was made from is unknown; it was compared with the one in force (--based-on).",
        )
        say(context, note)
    if dry_run:
        say(context, Text("見るだけで、取り込んでいません。", "Only looked at; nothing was taken in."))
    if imported.draft is not None:
        number = imported.draft.draft_id
        say(context, Text(f"下書き {number} に取り込みました。", f"They are in draft {number}."))


command = import_

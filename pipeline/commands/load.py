"""`kouken load`: one table into the store, all or nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.load_words import load_words_file
from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import as_option
from pipeline.commands.problem_options import Listing, problem_options
from pipeline.language import Text, in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.outcomes.columns import Kind
    from pipeline.outcomes.report import Loaded

KINDS: "dict[str, Kind]" = {
    "calls": "calls",
    "contracts": "contracts",
    "outcomes": "outcomes",
    "snapshots": "customer_snapshots",
    "customer_snapshots": "customer_snapshots",  # as its file is called
}
EVERY_ROWS = 100_000


@common_options(
    Text(
        "表を 1 つ調べて読み込みます。一か所でも読めなければ何も変えず、問題を行ごとに示します"
        "(多いときは種類ごとの数と、はじめの 100 件)。",
        "Check one table and load it. If anything cannot be read, nothing changes and the problems are named (of many"
        " the kinds and the first 100).",
    )
)
@click.argument("table", type=click.Choice([*KINDS, "words"]))
@click.argument("file", type=click.Path(path_type=Path))
@option("--preset", type=click.Choice(["salesforce", "kintone"]), help=Text("書き出し元の製品", "where it came from"))
@option("--dry-run", is_flag=True, help=Text("調べて最初の行を見せるだけ", "only check, and show the first rows"))
@option("--draft", "draft_id", type=int, help=Text("単語登録を入れる下書きの番号", "draft that takes the words"))
@as_option()
@problem_options()
@json_option()
def load(
    context: Context,
    table: str,
    file: Path,
    preset: str | None,
    dry_run: bool,
    draft_id: int | None,
    user: str | None,
    whole: bool,
    problem_file: Path | None,
    as_json: bool,
) -> None:
    """Parse, call, print."""
    listing = Listing(context, whole, problem_file)
    if table == "words":
        with listing.of_refusals():
            load_words_file(context, file, user, draft_id, dry_run, as_json)
        return
    from pipeline.outcomes.configured import read_configured
    from pipeline.tables.table_loading import first_rows

    progress = _Progress(context)
    with listing.of_refusals():
        loaded = read_configured(KINDS[table], file, context.settings, preset=preset, on_rows=progress.read)
    listing.write(loaded.report.problems)
    result: dict[str, Any] = loaded.report.to_json()
    if dry_run:
        result["first_rows"] = json.loads(first_rows(loaded).to_json(orient="records", force_ascii=False))
    else:
        result["changed"] = _store(context, loaded, progress)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else _shown(listing, loaded, result))


command = load


class _Progress:
    """Says how far a long load is, every `EVERY_ROWS` rows; Ctrl+C at any moment leaves the store as it was."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def read(self, rows: int) -> None:
        """So many rows of the file have been read."""
        if rows % EVERY_ROWS == 0:
            self._context.say(Text(f"調べた行 {rows:,}", f"rows checked {rows:,}"))

    def stored(self, rows: int) -> None:
        """So many rows have been written; nothing of them is visible yet."""
        if rows % EVERY_ROWS == 0:
            self._context.say(Text(f"書き込んだ行 {rows:,}", f"rows written {rows:,}"))


def _store(context: Context, loaded: "Loaded", progress: _Progress) -> "Mapping[str, int]":
    from pipeline.store.migrate import open_store
    from pipeline.tables.table_loading import changed, store_loaded

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        return changed(store_loaded(connection, loaded, progress.stored))


def _shown(listing: Listing, loaded: "Loaded", result: dict[str, Any]) -> str:
    """The report as lines for a person."""
    from pipeline.outcomes.report import COUNT_TEXTS
    from pipeline.refusals import told
    from pipeline.tables.table_loading import first_rows

    report, language = loaded.report, listing.context.language
    facts = Text(
        f"{report.file}: {report.rows_read:,} 行のうち {report.rows_kept:,} 行 文字コード {report.encoding}",
        f"{report.file}: {report.rows_kept:,} of {report.rows_read:,} rows, {report.encoding}",
    )
    lines = [in_language(facts, language)]
    lines += [f"  {written} → {column}" for written, column in report.columns.items() if written != column]
    if report.extra_columns:
        more = Text("追加の列: ", "further columns: ")
        lines.append("  " + in_language(more, language) + ", ".join(report.extra_columns))
    lines += [f"  {in_language(COUNT_TEXTS[code], language)}: {count:,}" for code, count in report.counts.items()]
    each = [problem.render(language) for problem in report.problems]
    lines += ["  " + line for line in told(report.problems, each, 0, language, whole=listing.whole)]
    if "first_rows" in result:
        lines.append(first_rows(loaded).to_string(index=False))
    else:
        change = result["changed"]
        done = Text(
            f"新しい行 {change['new']:,}、終わった行 {change['ended']:,}、変わらない行 {change['unchanged']:,}",
            f"new {change['new']:,}, ended {change['ended']:,}, unchanged {change['unchanged']:,}",
        )
        lines.append(in_language(done, language))
    return "\n".join(lines)

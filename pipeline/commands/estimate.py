"""`kouken estimate`: what support contributed, from the four tables in a folder."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import BadInput, BadTable
from pipeline.language import Text, in_language

if TYPE_CHECKING:
    from models.contribution.tables import Tables
    from pipeline.outcomes.columns import Kind
    from pipeline.outcomes.report import Loaded

_REQUIRED: tuple["Kind", ...] = ("calls", "contracts", "outcomes")
_SAME_COUNT = {  # what the readers find before the estimate can
    ("calls", "identical_duplicates"): "duplicate_calls",
    ("contracts", "implausible_amount"): "implausible_mrr",
}
_SUFFIXES = (".csv", ".parquet")


_EFFECT = Text("効果(推定)", "effect (estimate)")
_DIFFERENCE = Text("差(推定、効果とは言えません)", "difference (estimate, not claimed as an effect)")


@common_options(
    Text(
        "四つの表から、サポートの貢献を推定します(できないときは理由を示します)。",
        "Estimate what support contributed, or say why it cannot be.",
    )
)
@option(
    "--data",
    "data",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text(
        "calls・contracts・outcomes・customer_snapshots のあるフォルダー",
        "folder with calls, contracts, outcomes, customer_snapshots",
    ),
)
@option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("結果の JSON の書き出し先", "where to write the JSON"),
)
@option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    help=Text("どの日までの記録か(既定は表の最後の日)", "last day of the data (default: the last date in the tables)"),
)
@option(
    "--closer",
    is_flag=True,
    help=Text("回数別・期間別の推定と継続の曲線も加える", "add doses, other windows and survival curves"),
)
@json_option()
def estimate(context: Context, data: Path, out: Path, as_of: datetime | None, closer: bool, as_json: bool) -> None:
    """Parse, call, write, say. A refused estimate is an answer."""
    document = estimate_folder(data, as_of.date() if as_of else None, closer=closer)
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        click.echo(text)
        return
    for line in summary(document):
        click.echo(in_language(line, context.language))


def estimate_folder(folder: Path, as_of: date | None = None, *, closer: bool = False) -> dict[str, Any]:
    """The document of `interfaces` for the tables in `folder`: effects or refusals, operators, yearly figures.

    Raises `BadInput` if a table is missing, cannot be read, or holds no date.
    """
    from models.contribution.tables import last_day
    from pipeline.figures.contribution import contribution_document

    tables, loaded = read_folder(folder)
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    day = as_of or last_day(tables, today)
    if day is None:
        raise BadInput(
            Text("通話にも結果にも日付がありません。", "Neither calls nor outcomes have a date."),
            remedy=Text("日時の列を確かめてください。", "Check their date columns."),
        )
    return contribution_document(tables, day, already_dropped=_counts(loaded), closer=closer)


def read_folder(folder: Path) -> "tuple[Tables, dict[Kind, Loaded]]":
    """The four tables of `folder` (CSV or Parquet); snapshots may be missing. Raises `BadInput`, `BadTable`, also where
    yearly amounts are among monthly ones."""
    from models.contribution.tables import Tables
    from pipeline.outcomes.configured import yearly_amounts
    from pipeline.outcomes.load import empty_table

    loaded = {kind: read for kind in (*_REQUIRED, "customer_snapshots") if (read := _read(folder, kind))}
    if problems := yearly_amounts(loaded["contracts"], loaded["outcomes"]):
        raise BadTable(problems)
    snapshots = loaded.get("customer_snapshots")
    tables = Tables(
        loaded["calls"].frame,
        loaded["contracts"].frame,
        loaded["outcomes"].frame,
        snapshots.frame if snapshots else empty_table("customer_snapshots"),
        frozenset(loaded["outcomes"].report.holes),
    )
    return tables, loaded


def _read(folder: Path, kind: "Kind") -> "Loaded | None":
    from pipeline.outcomes.load import read_table

    for suffix in _SUFFIXES:
        path = folder / f"{kind}{suffix}"
        if path.exists():
            return read_table(kind, path, may_be_empty=True)  # that nothing happened yet is answered, too
    if kind in _REQUIRED:
        raise BadInput(
            Text(f"{folder} に {kind}.csv がありません。", f"There is no {kind}.csv in {folder}."),
            remedy=Text("表を置いてから、もう一度実行してください。", "Put it there and run again."),
        )
    return None


def _counts(loaded: "dict[Kind, Loaded]") -> dict[str, int]:
    """What the readers left out, under the names of the document."""
    counts: dict[str, int] = {}
    for kind, table in loaded.items():
        for code, count in table.report.counts.items():
            counts[_SAME_COUNT.get((kind, code), f"{kind}_{code}")] = count
    return counts


def summary(document: dict[str, Any]) -> list[Text]:
    """The document in a few lines; a refusal is said in its own words."""
    lines = []
    for name, moment in document["moments"].items():
        if moment["status"] == "refuse":
            first = moment["messages"][0]
            lines.append(Text(f"{name}: 推定できません。{first['ja']}", f"{name}: no estimate. {first['en']}"))
            continue
        effect, total = moment["renewal"], moment["yen_total"]
        points = [f"{effect[key] * 100:+.1f}" for key in ("estimate", "ci_low", "ci_high")]
        yen = [f"{total[key]:+,.0f}" for key in ("estimate", "ci_low", "ci_high")]
        word = _EFFECT if effect["claim"] else _DIFFERENCE
        lines.append(
            Text(
                f"{name}: 継続率の{word.ja} {points[0]}ポイント [{points[1]}, {points[2]}]、"
                f"月額 {yen[0]}円 [{yen[1]}, {yen[2]}]",
                f"{name}: {word.en} on renewal {points[0]} points [{points[1]}, {points[2]}], "
                f"MRR {yen[0]} yen [{yen[1]}, {yen[2]}]",
            )
        )
    return lines + [Text(message["ja"], message["en"]) for message in document["messages"]]


command = estimate

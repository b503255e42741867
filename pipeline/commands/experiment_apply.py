"""`kouken experiment apply`: the table of calls with what chance had decided for each."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.errors import BadInput
from pipeline.language import Text

if TYPE_CHECKING:
    import pandas as pd

_SIDES = {"on": True, "off": False}
_WORDS = {True: "on", False: "off"}


@common_options(
    Text(
        "割り付け表の on/off を、通話の表の assigned 列に書き入れます。",
        "Write on/off of the plan into the column `assigned` of the calls.",
    )
)
@option(
    "--plan",
    "plan_path",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=Text("kouken experiment plan の割り付け表", "the assignment of `kouken experiment plan`"),
)
@option(
    "--calls",
    "calls_path",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=Text("通話の表(CSV か Parquet)", "the table of calls (CSV or Parquet)"),
)
@option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("書き出し先(CSV)。元の表は変えません", "where to write (CSV); the table given stays as it is"),
)
def apply(context: Context, plan_path: Path, calls_path: Path, out: Path) -> None:
    """Read both, join, write, count. Every cell stays as it was: only `assigned` is set."""
    from models.contribution.plan import with_assignment
    from pipeline.outcomes.configured import read_configured

    loaded = read_configured("calls", calls_path, context.settings)
    calls = with_assignment(loaded.frame, _read_plan(plan_path))
    sides = {call_id: side for call_id, side in zip(calls["call_id"], calls["assigned"], strict=True) if side in _WORDS}
    counts = [sum(side == wanted for side in sides.values()) for wanted in _WORDS]
    names = {canonical: header for header, canonical in loaded.report.columns.items()}
    salesforce = context.settings.tables.preset == "salesforce"
    _write(calls_path, out, names, {key: _WORDS[side] for key, side in sides.items()}, salesforce=salesforce)
    context.say(
        Text(
            f"通話 {len(calls):,} 件のうち、実施 {counts[0]:,} 件、対照 {counts[1]:,} 件、"
            f"割り付けなし {len(calls) - sum(counts):,} 件です。{out} に書きました。",
            f"Of {len(calls):,} calls, {counts[0]:,} are on, {counts[1]:,} off, {len(calls) - sum(counts):,} "
            f"without assignment. Written to {out}.",
        )
    )


def _write(path: Path, out: Path, names: dict[str, str], words: dict[str, str], *, salesforce: bool) -> None:
    """The user's file with `assigned` as its last column; `names` are its headers by canonical name."""
    from pipeline.outcomes.cells import read_id
    from pipeline.outcomes.columns import CALLS
    from pipeline.outcomes.presets import short_salesforce_id
    from pipeline.outcomes.sources import open_source

    source = open_source(path, CALLS)
    kept = [place for place, name in enumerate(source.header) if name != names.get("assigned")]
    call_id = source.header.index(names["call_id"])
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(out.name + ".part")
    with temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([*(source.header[place] for place in kept), "assigned"])
        for _, cells in source.rows:
            key = read_id(cells[call_id])
            word = words.get(short_salesforce_id(key) if salesforce else key, "")
            writer.writerow([*(cells[place] for place in kept), word])
    temporary.replace(out)


def _read_plan(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        plan = pd.read_csv(path, dtype="string", encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # a file that is no CSV, or not in UTF-8
        raise BadInput(Text(f"割り付け表を読めません: {path}", f"Cannot read the plan {path}")) from error
    keys = ("customer_id",) if "customer_id" in plan else ("operator_id", "on")
    missing = [name for name in (*keys, "assigned") if name not in plan]
    strange = [] if missing else sorted(set(plan["assigned"].dropna()) - set(_SIDES))
    if missing or strange or plan.duplicated(list(keys)).any():
        raise BadInput(
            Text(
                f"{path} は kouken experiment plan の割り付け表ではありません"
                "(operator_id・on か customer_id と、on/off の assigned が一度ずつ要ります)。",
                f"{path} is no assignment of `kouken experiment plan` (operator_id and on, or customer_id, each once, "
                "and assigned as on/off).",
            )
        )
    return plan.assign(assigned=plan["assigned"].map(_SIDES))


command = apply

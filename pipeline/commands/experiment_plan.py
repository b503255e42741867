"""`kouken experiment plan`: terms needed, weeks expected, and an assignment drawn by chance."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import BadInput
from pipeline.language import Text

if TYPE_CHECKING:
    from models.contribution.plan import Plan, PlannedUnit

_UNITS: dict[str, "PlannedUnit"] = {"operator-day": "operator_day", "customer": "customer"}


@common_options(
    Text(
        "実験に必要な契約の数と週数を見積もり、割り付け表(CSV)を作ります。",
        "Estimate how many contract terms and weeks an experiment needs, and draw its assignment (CSV).",
    )
)
@option(
    "--data",
    "folder",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("これまでの四つの表のあるフォルダー", "folder with the four tables so far"),
)
@option(
    "--unit",
    type=click.Choice(list(_UNITS)),
    default="operator-day",
    help=Text("無作為に決める単位(オペレーターと日、または顧客)", "what chance decides on"),
)
@option(
    "--effect",
    type=click.FloatRange(0.1, 100),
    default=5.0,
    help=Text("見つけたい継続率の差(ポイント、既定 5)", "difference in renewal to find, in points (default 5)"),
)
@option(
    "--followed",
    type=click.FloatRange(0.01, 1),
    default=0.6,
    help=Text(
        "割り付けどおりに行われる見込みの割合の差(既定 0.6)",
        "how much more often the moment comes when it is on (default 0.6)",
    ),
)
@option(
    "--from",
    "start",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help=Text("実験を始める日", "first day of the experiment"),
)
@option(
    "--seed",
    required=True,
    type=int,
    help=Text("乱数の種(同じ種は同じ割り付け)", "seed of the draw; the same gives the same assignment"),
)
@option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("割り付け表の書き出し先(CSV)", "where to write the assignment (CSV)"),
)
@json_option()
def plan(
    context: Context,
    folder: Path,
    unit: str,
    effect: float,
    followed: float,
    start: datetime,
    seed: int,
    out: Path,
    as_json: bool,
) -> None:
    """Read, plan, write, say."""
    from models.contribution.plan import plan_experiment
    from models.contribution.tables import last_day
    from pipeline.commands.estimate import read_folder
    from pipeline.reports.tables import write_csv

    tables, _ = read_folder(folder)
    as_of = last_day(tables, datetime.now(ZoneInfo("Asia/Tokyo")).date())
    drawn = plan_experiment(tables, as_of, _UNITS[unit], effect / 100, followed, start.date(), seed) if as_of else None
    if drawn is None or drawn.assignment.empty:
        raise BadInput(
            Text(
                "通話があり結果の期間も過ぎた契約がないため、必要な件数を見積もれません。",
                "No contract term has a call and a finished horizon, so nothing can be reckoned with.",
            ),
            remedy=Text("より長い期間の表を渡してください。", "Pass tables of a longer period."),
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_csv(drawn.assignment.assign(assigned=drawn.assignment["assigned"].map({True: "on", False: "off"})), out)
    if as_json:
        click.echo(json.dumps(_facts(drawn, effect, followed, start.date(), seed, out), ensure_ascii=False, indent=1))
    else:
        context.say(_words(drawn, effect, followed, out))


def _facts(plan: "Plan", effect: float, followed: float, start: date, seed: int, out: Path) -> dict[str, object]:
    return {
        "unit": plan.unit,
        "effect_points": effect,
        "followed": followed,
        "from": start.isoformat(),
        "seed": seed,
        "renewal_share": plan.renewal_share,
        "terms_needed": plan.terms,
        "terms_per_week": plan.terms_per_week,
        "weeks": plan.weeks,
        "detectable_points_by_weeks": {weeks: 100 * points for weeks, points in plan.detectable.items()},
        "units": len(plan.assignment),
        "units_on": int(plan.assignment["assigned"].sum()),
        "assignment": str(out),
    }


def _words(plan: "Plan", effect: float, followed: float, out: Path) -> Text:
    found_ja = "、".join(f"{weeks}週で{100 * points:.1f}ポイント" for weeks, points in plan.detectable.items())
    found_en = ", ".join(f"{weeks} weeks {100 * points:.1f} points" for weeks, points in plan.detectable.items())
    return Text(
        f"継続率の差 {effect:g}ポイントを検出力80%で見つけるには、契約 {plan.terms:,} 件が要ります"
        f"(継続率 {plan.renewal_share:.0%}、割り付けどおりに行われる差 {followed:.0%} として)。"
        f"今の通話の量(週 {plan.terms_per_week:.0f} 件)なら約 {plan.weeks} 週間です(見つけられる差: {found_ja})。\n"
        f"割り付け {len(plan.assignment):,} 件を {out} に書きました。実験のあと、"
        "kouken experiment apply で通話の表に書き入れてください。",
        f"To find {effect:g} points of renewal with 80 % power, {plan.terms:,} contract terms are needed "
        f"(renewal {plan.renewal_share:.0%}, heeded by {followed:.0%}). At {plan.terms_per_week:.0f} a week that takes "
        f"about {plan.weeks} weeks (what can be found: {found_en}).\n"
        f"{len(plan.assignment):,} assignments are in {out}. After the experiment, note them in the table of calls by "
        "`kouken experiment apply`.",
    )


command = plan

"""`kouken simulate`: an invented centre whose true effects are known, as the four tables and `truth.json`."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.errors import BadInput
from pipeline.language import Text


@common_options(
    Text(
        "効果のわかっている架空のセンターの表を作ります(すべて架空)。",
        "Make the tables of an invented centre with known effects.",
    )
)
@click.argument("scenario")
@option("--seed", type=int, default=1, help=Text("乱数の種(同じなら同じ表)", "seed; the same gives the same tables"))
@option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=Text("書き出すフォルダー", "folder to write"),
)
def simulate(context: Context, scenario: str, seed: int, out: Path) -> None:
    """Parse, call, say where."""
    write_centre(scenario, seed, out)
    context.say(Text(f"架空のセンター「{scenario}」を {out} に作りました。", f"Wrote the invented centre to {out}."))


def write_centre(scenario: str, seed: int, out: Path) -> None:
    """Four CSV files and the truth behind them. Raises `BadInput` naming the scenarios if there is no such one."""
    from models.simulation.centre import draw_centre
    from models.simulation.scenario import SCENARIOS

    if scenario not in SCENARIOS:
        names = ", ".join(SCENARIOS)
        raise BadInput(
            Text(f"シナリオ {scenario} はありません。", f"There is no scenario {scenario}."),
            remedy=Text(f"{names} から選んでください。", f"Choose one of {names}."),
        )
    centre = draw_centre(SCENARIOS[scenario], seed)
    centre.frames.write(out, centre.truth())


command = simulate

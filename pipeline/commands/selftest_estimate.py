"""`kouken selftest estimate`: bias, coverage, false claims and refusals on invented centres."""

import json
import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import BadInput, ExitCode
from pipeline.language import Text

if TYPE_CHECKING:
    from models.simulation.figure import Figure

_PROCESSES = 2


@common_options(
    Text(
        "効果のわかっている架空のセンターで推定を試し、偏り・被覆・誤った主張を表にします。",
        "Try the estimate on invented centres with known effects: bias, coverage, false claims.",
    )
)
@option("--scenario", "scenarios", multiple=True, help=Text("試すシナリオ(既定はすべて)", "scenario (default: all)"))
@option("--replications", type=click.IntRange(2), default=20, help=Text("センターの数", "number of centres"))
@option("--seed", type=int, default=1, help=Text("最初の乱数の種", "the first seed"))
@option(
    "--processes",
    type=click.IntRange(1, 8),
    default=_PROCESSES,
    help=Text("並行して走らせる数", "processes to run at once"),
)
@option(
    "--proposal-only",
    is_flag=True,
    help=Text("提案の推定だけを試す(速い)", "try the estimate of proposals only (faster)"),
)
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("結果を書き足すファイル(JSON)", "file to keep the results in (JSON), scenario by scenario"),
)
@json_option()
def estimate(
    context: Context,
    scenarios: tuple[str, ...],
    replications: int,
    seed: int,
    processes: int,
    proposal_only: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Parse, run, print a line per figure. The exit code is 1 if a bar does not hold."""
    from models.contribution.options import Options
    from models.simulation.measured import keep_measured
    from models.simulation.scenario import SCENARIOS
    from models.simulation.selftest import run
    from pipeline.processes.workers import die_with

    for name in scenarios:
        if name not in SCENARIOS:
            raise BadInput(
                Text(f"シナリオ {name} はありません。", f"There is no scenario {name}."),
                remedy=Text(f"{', '.join(SCENARIOS)} から選んでください。", f"Choose one of {', '.join(SCENARIOS)}."),
            )
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # the processes share the cores, not the threads
        os.environ.setdefault(library, "1")
    options = Options(only=("proposal",), second_opinion=False) if proposal_only else Options()
    start = partial(die_with, os.getpid())
    figures = []
    for name in scenarios or tuple(SCENARIOS):
        context.say(Text(f"{name}: {replications} センター", f"{name}: {replications} centres"))
        found = run(name, replications, first_seed=seed, processes=processes, options=options, start=start)
        figures += found
        if out:
            keep_measured(out, found)
        if not as_json:
            for figure in found:
                click.echo(_line(figure))
    if as_json:
        rows = [asdict(figure) | {"holds": figure.holds} for figure in figures]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    return ExitCode.FAILED if any(figure.holds is False for figure in figures) else ExitCode.DONE


def _line(figure: "Figure") -> str:
    """Scenario, name, value, its Monte-Carlo interval, centres, bars, and whether they hold."""
    mark = {None: "", True: "ok", False: "NG"}[figure.holds]
    within = "" if figure.ci_low is None else f"[{figure.ci_low:.4f}, {figure.ci_high:.4f}]"
    value = f"{figure.value:12.4f}  {within:18}{figure.centres:6}"
    return f"{figure.scenario:18}{figure.name:38}{value}  {figure.limit:18}{mark}"


command = estimate

"""`kouken bench estimate`: time and memory of the estimate."""

import json
from typing import Any

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text("貢献の推定の CPU 時間とメモリを、件数を変えて測ります。", "Measure time and memory of the estimate by size.")
)
@option("--long", is_flag=True, help=Text("2万契約まで測る", "up to 20,000 contract terms"))
@json_option()
def estimate(context: Context, long: bool, as_json: bool) -> None:
    """Parse, call, print."""
    from models.simulation.benchmark import bench_estimate, measure
    from pipeline.processes.workers import in_own_process

    def apart(terms: int, second_opinion: bool) -> dict[str, Any]:
        return in_own_process(measure, terms, second_opinion)

    result = bench_estimate(lambda step: context.say(Text(step, step)), apart, long=long)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for row in result["rows"]:
        trees = "+ trees" if row["second_opinion"] else ""
        click.echo(f"{row['terms']:7,} terms  {row['seconds']:7.2f} CPU s  {row['peak_memory_mib']:7.1f} MiB  {trees}")
    for bar in result["bars"]:
        click.echo(f"{bar['name']}: {bar['value']} (≤ {bar['limit']}) {'ok' if bar['holds'] else 'NG'}")


command = estimate

"""`kouken bench figures`: tables in, every figure out."""

import json

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "作った表を読み込み、読み戻し、結び付け、すべての数字を数える CPU 時間とメモリを、大きさを変えて測ります。",
        "Measure processor time and memory of storing, reading back, joining and counting made tables of growing size.",
    )
)
@option("--long", is_flag=True, help=Text("100 万通話まで測る", "up to a million calls"))
@json_option()
def figures(context: Context, long: bool, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.benchmarks.bench import table
    from pipeline.reports.benchmark import bench_figures

    result = bench_figures(lambda step: context.say(Text(step, step)), long=long)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else table(result))


command = figures

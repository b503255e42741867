"""`kouken bench web`: how long twenty people wait for each page."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "大きなデータを作り、夜間バッチが低い優先度で動くあいだに 20 人が画面を開いて、待ち時間を測ります。",
        "Make a large store, let twenty people open pages while a night works at low priority, and time what they see.",
    )
)
@option("--long", is_flag=True, help=Text("五万通話・二百万発話で測る", "fifty thousand calls, two million utterances"))
@option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help=Text("データをこのフォルダーに残し、あればそれで測る", "keep the store in this folder; use it if it is there"),
)
@json_option()
def web(context: Context, long: bool, keep: Path | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.benchmarks.bench import table
    from pipeline.benchmarks.web_benchmark import bench_web

    result = bench_web(lambda step: context.say(Text(step, step)), long=long, keep=keep)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else table(result))


command = web

"""`kouken bench tag`: phrase matching against the plain way, and searching stored speech."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "フレーズの照合の速さを GiNZA 全体と PhraseMatcher の組と比べ、保存済みの発話の再検索を測ります。",
        "Compare phrase matching with full GiNZA and PhraseMatcher; measure searching stored speech again.",
    )
)
@option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("対話の JSON Lines のフォルダー(既定は作られた対話)", "folder of dialogues (default: made ones)"),
)
@option("--long", is_flag=True, help=Text("百万発話で測る", "measure on a million utterances"))
@json_option()
def tag(context: Context, data: Path | None, long: bool, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.benchmarks.bench import table
    from pipeline.text.benchmark import bench_tag

    result = bench_tag(data, lambda step: context.say(Text(step, step)), long=long)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else table(result))


command = tag

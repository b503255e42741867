"""`kouken bench night`: what the ledger and the store cost, over made archives."""

import json

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "認識のふりをするだけの夜を、作ったアーカイブで動かし、台帳と保存の費用と、その伸び方を測ります。",
        "Run nights over made archives with a recogniser that pretends: what ledger and store cost, and how it grows.",
    )
)
@option("--store", "url", default="", help=Text("測る PostgreSQL の URL(既定は SQLite)", "a PostgreSQL to measure on"))
@option("--long", is_flag=True, help=Text("十万通話まで測る", "up to a hundred thousand calls"))
@option("--calls", "sizes", type=int, multiple=True, help=Text("測る件数(二つ以上)", "how many calls; twice or more"))
@json_option()
def night(context: Context, url: str, long: bool, sizes: tuple[int, ...], as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.benchmarks.bench import table
    from pipeline.benchmarks.night_benchmark import bench_night
    from pipeline.benchmarks.retag_benchmark import bench_retag

    result = bench_night(lambda step: context.say(Text(step, step)), url=url, long=long, sizes=sizes)
    context.say(Text("辞書を直した次の夜", "nights after an edit of the dictionary"))
    edits = bench_retag(url)
    result |= {"rows": [*result["rows"], *edits["rows"]], "bars": [*result["bars"], *edits["bars"]]}
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else table(result))


command = night

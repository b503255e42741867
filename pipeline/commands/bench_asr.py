"""`kouken bench asr`: transcription against the library's default use."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "書き起こしの CPU 時間・精度・メモリを、faster-whisper の既定の使い方と比べます。",
        "Compare processor time, accuracy and memory of transcription with faster-whisper's default use.",
    )
)
@option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("録音と正解のフォルダー(既定は同梱の録音)", "recordings with truth files (default: those shipped)"),
)
@option(
    "--long", is_flag=True, help=Text("10 時間の録音とメモリの増加も測る", "also a ten-hour file and memory growth")
)
@json_option()
def asr(context: Context, data: Path | None, long: bool, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.benchmarks.bench import table
    from pipeline.speech.benchmark import SHIPPED, bench_asr

    def report(step: str) -> None:
        context.say(Text(step, step))

    result = bench_asr([data] if data else SHIPPED, context.settings, report, long=long)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else table(result))


command = asr

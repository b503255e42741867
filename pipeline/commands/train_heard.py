"""`kouken train heard`: transcripts of recordings whose moments are known, as calls to learn from."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.language import Text


@common_options(
    Text(
        "正解付きの録音(*.truth.json)と、その書き起こしから、認識結果の文にラベルを移した学習データを作ります。"
        "自社の録音の認識誤りに分類器を慣らすために使います。",
        "Make training data of recordings whose moments are known (*.truth.json) and of their transcripts: the labels"
        " move to the sentences as they were recognised. It gets the classifier used to the errors of your recordings.",
    )
)
@click.argument("truth_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@option(
    "--pred",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help=Text("kouken transcribe が書いた JSON のフォルダー", "folder of JSON that kouken transcribe wrote"),
)
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=Text("書き出すファイル(*.jsonl)", "file to write (*.jsonl)"),
)
@option(
    "--split",
    type=click.Choice(["train", "validation"]),
    help=Text("学習用か検証用か(既定は正解ファイルの split、なければ train)", "default: what the truth says, or train"),
)
def heard(context: Context, truth_dir: Path, pred: Path, out: Path, split: str | None) -> None:
    """Parse, call, report."""
    from models.moments.data import write_calls
    from pipeline.text.heard import heard_calls

    calls = heard_calls(truth_dir, pred, split)
    write_calls(calls, out)
    sentences = sum(len(call.sentences) for call in calls)
    context.say(Text(f"{len(calls)} 通話、{sentences} 文", f"{len(calls)} calls, {sentences} sentences"))


command = heard

"""`kouken evaluate tags`: how well moments are found in calls whose moments are known."""

import json
import tempfile
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "正解の付いた通話で、場面の適合率・再現率・F1 を測ります。",
        "Measure precision, recall and F1 of moments on calls whose moments are known.",
    )
)
@click.argument("gold_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@option(
    "--pred",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("書き起こし済みの JSON のフォルダー", "folder of transcripts made before"),
)
@json_option()
def tags(context: Context, gold_dir: Path, pred: Path | None, as_json: bool) -> None:
    """Parse, call, print. Recordings without transcripts are transcribed first."""
    from pipeline.text.accuracy import as_json as to_json
    from pipeline.text.accuracy import evaluate_tags, needs_transcripts

    if pred is None and needs_transcripts(gold_dir):
        with tempfile.TemporaryDirectory() as folder:
            _transcribe(context, gold_dir, Path(folder))
            report = evaluate_tags(gold_dir, Path(folder), context.settings.moments)
    else:
        report = evaluate_tags(gold_dir, pred, context.settings.moments)
    if as_json:
        click.echo(json.dumps(to_json(report), ensure_ascii=False, indent=1))
        return
    for label, found in report.labels.items():
        click.echo(
            f"{label:13} P {found.precision:.3f}  R {found.recall:.3f}  F1 {found.f1:.3f}"
            f" [{found.ci_low:.3f}, {found.ci_high:.3f}]  n={found.support}"
        )
    for group, value in report.macro.items():
        click.echo(f"{group} macro F1 {value:.3f}")


def _transcribe(context: Context, recordings: Path, out: Path) -> None:
    from pipeline.speech.files import find_recordings, transcribe_files

    transcribe_files(find_recordings([recordings], context.settings), out, context.settings, lambda path, problem: None)


command = tags

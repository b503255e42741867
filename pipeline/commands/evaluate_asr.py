"""`kouken evaluate asr`: how well recordings with a known text are heard."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "正解の付いた録音で、話者ごとの文字誤り率を測ります。",
        "Measure the character error rate per speaker on recordings with a known text.",
    )
)
@click.argument("truth_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@option(
    "--pred",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("書き起こし済みの JSON のフォルダー", "folder of transcripts made before"),
)
@option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=Text(
        "単語登録(CSV か YAML)を使い、その語の聞き取りも数える", "use a word list and count how its names are heard"
    ),
)
@json_option()
def asr(context: Context, truth_dir: Path, pred: Path | None, words: Path | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.speech.accuracy import as_json as to_json
    from pipeline.speech.accuracy import evaluate
    from pipeline.speech.files import read_words

    def report(call_id: str) -> None:
        context.say(Text(call_id, call_id))

    evaluation = evaluate(truth_dir, pred, context.settings, report, read_words(words) if words else ())
    if as_json:
        click.echo(json.dumps(to_json(evaluation), ensure_ascii=False, indent=1))
        return
    for role, rate in evaluation.rates.items():
        click.echo(
            f"{role}: CER {rate.cer:.3f} [{rate.ci_low:.3f}, {rate.ci_high:.3f}]"
            f"  reading CER {rate.reading_cer:.3f}  n={len(rate.per_call)}"
        )
    if names := evaluation.names:
        click.echo(f"names: said {names.said}  heard {names.heard}  invented {names.invented}")


command = asr

"""`kouken bench moments`: classifying sentences with and without the first stage, against the cost of transcribing."""

import json
from pathlib import Path
from typing import Any

import click

from pipeline.benchmarks.bench import bar, machine, table
from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text
from pipeline.settings import Settings

SHARE_OF_ASR_COST = 0.05
FIRST_STAGE_RECALL = 0.99


@common_options(
    Text(
        "場面の分類の速さを、一段目のある場合とない場合、書き起こしの費用と比べて測ります。",
        "Measure the classifier of moments with and without its first stage, and against the cost of transcribing.",
    )
)
@option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("録音と正解のフォルダー(既定は同梱の録音)", "recordings with truth files (default: those shipped)"),
)
@json_option()
def moments(context: Context, data: Path | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.speech.benchmark import DEMO

    result = bench_moments(data or DEMO, context.settings)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else table(result))


def bench_moments(recordings: Path, settings: Settings) -> dict[str, Any]:
    """Rows per way on the shipped validation calls; `share_of_asr_cost` on the recordings and what is said in them."""
    from models.moments.benchmark import compare
    from models.moments.classify import load_classifier
    from models.moments.data import TRAINING_CALLS, in_split, read_calls
    from models.moments.manifest import SHIPPED as SHIPPED_MODEL
    from models.moments.sentences import sentence_spans
    from pipeline.speech.accuracy import read_truths
    from pipeline.speech.benchmark import run_way

    classifier = load_classifier(settings.moments.model or SHIPPED_MODEL, device=settings.moments.device)
    speeds = compare(classifier, in_split(read_calls(TRAINING_CALLS), "validation"))
    texts = [text for truth in read_truths(recordings) for text in truth.text.values()]
    said = sum(len(sentence_spans(text)) for text in texts)
    share = said / speeds[-1].sentences_per_cpu_s / run_way("kouken", [recordings], settings).cpu_s
    recall = speeds[-1].first_stage_recall
    rows = [
        {
            "way": speed.way,
            "sentences_per_cpu_second": round(speed.sentences_per_cpu_s, 1),
            "dismissed": round(speed.dismissed, 3),
        }
        for speed in speeds
    ]
    bars = [
        bar("share_of_asr_cost", share, SHARE_OF_ASR_COST),
        bar("first_stage_recall", recall, FIRST_STAGE_RECALL, at_least=True),
    ]
    return {"bench": "moments", "machine": machine(), "rows": rows, "bars": bars}


command = moments

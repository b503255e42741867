"""`kouken evaluate masking`: how much personal data is found, and how much else is hidden with it."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "個人情報の伏せ字の適合率と再現率を、種類ごとに測ります。",
        "Measure precision and recall of masking, per type of personal data.",
    )
)
@option(
    "--cases",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=Text(
        "印を付けた会話の CSV(case, part, speaker, text。既定は同梱のもの)",
        "CSV of marked conversations (case, part, speaker, text; default: those shipped)",
    ),
)
@json_option()
def masking(context: Context, cases: Path | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.speech.masking_accuracy import CASES, measure, read_cases
    from pipeline.speech.masking_accuracy import as_json as to_json
    from pipeline.speech.reader import Reader

    conversations = read_cases(cases or CASES)
    document = to_json(conversations, measure(conversations, Reader().find_names))
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    click.echo(f"n={document['conversations']} conversations, {document['sentences']} sentences")
    for kind, found in document["kinds"].items():
        click.echo(f"{kind}: precision {found['precision']:.3f}  recall {found['recall']:.3f}  n={found['characters']}")


command = masking

"""`kouken evaluate quiet`: moments found in dialogues that sell nothing."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.language import Text


@common_options(
    Text(
        "何も売らない対話(相談、案内など)で誤って見つける場面を、文 100 あたりで数えます。*.json か、"
        "一行一対話または一行一発話(dialogue_id, speaker, text)の *.jsonl を読みます。",
        "Count the moments falsely found per 100 sentences of dialogues that sell nothing (advice, information). Reads"
        " *.json, and *.jsonl with a dialogue or a turn (dialogue_id, speaker, text) a line.",
    )
)
@click.argument("dialogues", type=click.Path(path_type=Path, exists=True))
@json_option()
def quiet(context: Context, dialogues: Path, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.text.quiet import evaluate_quiet

    found = evaluate_quiet(dialogues, context.settings.moments)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        return
    said = "  ".join(f"{speaker} {number}" for speaker, number in found.sentences.items())
    click.echo(f"n={found.dialogues} dialogues, sentences: {said}")
    click.echo("  ".join(f"{label} {number}" for label, number in found.moments.items() if number))
    click.echo(f"operator's moments per 100 operator's sentences: {found.operator_per_100:.2f}")
    click.echo(f"all moments per 100 sentences: {found.all_per_100:.2f}")


command = quiet

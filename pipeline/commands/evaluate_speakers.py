"""`kouken evaluate speakers`: how well it is told who speaks."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.language import Text


@common_options(
    Text(
        "正解の付いたステレオの録音から、モノラル・左右逆・漏れのある録音を作り、話者の誤りを測ります。",
        "Make mono, swapped and leaking recordings of stereo ones with a truth, and measure errors in who speaks.",
    )
)
@click.argument("truth_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option()
def speakers(context: Context, truth_dir: Path, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.speech.accuracy import transcriber
    from pipeline.speech.speaker_accuracy import evaluate_speakers

    def report(call_id: str) -> None:
        context.say(Text(call_id, call_id))

    found = evaluate_speakers(truth_dir, context.settings, transcriber(context.settings), report)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    mono, swapped, calls = found["mono"], found["swapped"], found["calls"]
    right = ", ".join(f"{role} {share}" for role, share in mono["utterances_right"].items())
    click.echo(
        f"mono: told {mono['told_calls']}/{calls}, wrong share of speech {mono['wrong_share_of_speech']}, {right}"
    )
    click.echo(f"swapped: seen {swapped['seen']}/{calls}, imagined {swapped['imagined']}/{calls}")
    click.echo(f"identical channels: seen {found['identical_seen']}/{calls}")
    for row in found["leak"]:
        click.echo(f"leak {row['leak_db']}: characters credited twice {row['characters_twice']} ({row['share']})")


command = speakers

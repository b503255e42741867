"""`kouken transcribe`: recordings to transcript files."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.errors import REASON_TEXTS, ExitCode, ItemError
from pipeline.language import Text
from pipeline.nights.filenames import one_line


@common_options(
    Text(
        "録音を書き起こし、1 件ごとに JSON を書きます。"
        "ほかの製品の書き起こし(JSON・vCon・VTT・SRT・CSV)は、読み込んで伏せ字にします。",
        "Transcribe recordings, one JSON file each. "
        "Transcripts made elsewhere (JSON, vCon, VTT, SRT, CSV) are taken in and masked.",
    )
)
@click.argument("audio", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help=Text("出力先", "output folder"))
@option(
    "--format",
    "formats",
    type=click.Choice(["json", "vtt", "srt", "csv", "vcon"]),
    multiple=True,
    default=["json"],
    help=Text("出力の形式(繰り返し可、既定は json)", "output format (may be repeated, default json)"),
)
@option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=Text("単語登録(CSV か YAML)で訂正する", "put names right by a word list (CSV or YAML)"),
)
def transcribe(
    context: Context, audio: tuple[Path, ...], out: Path, formats: tuple[str, ...], words: Path | None
) -> None:
    """Parse, call, report."""
    from pipeline.sources.configured import with_preset
    from pipeline.speech.files import find_recordings, read_words, transcribe_files

    settings = with_preset(context.settings)
    listed = read_words(words) if words else ()
    calls = find_recordings(audio, settings)
    done = 0

    def report(path: Path, problem: ItemError | None) -> None:
        nonlocal done
        done += 1
        where = f"{done}/{len(calls)} {one_line(path.name)}"
        if problem is None:
            context.say(Text(where, where))
        else:
            reason = REASON_TEXTS[problem.reason]
            context.say(Text(f"{where}: {problem} {reason.ja}", f"{where}: {problem} {reason.en}"))

    if transcribe_files(calls, out, settings, report, formats, listed):
        raise click.exceptions.Exit(ExitCode.SOME_QUARANTINED)


command = transcribe

"""A transcript written in the formats that other programs read."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.formats.captions import to_csv, to_srt, to_webvtt
from pipeline.formats.interchange import transcript_to_json, write_document
from pipeline.formats.vcon import RecordingFacts, to_vcon
from pipeline.records import Transcript

Write = Callable[[Transcript, Path, RecordingFacts], None]
UNKNOWN = RecordingFacts(None)


def _json(transcript: Transcript, path: Path, recording: RecordingFacts) -> None:
    write_document(transcript_to_json(transcript), path)


def _vcon(transcript: Transcript, path: Path, recording: RecordingFacts) -> None:
    write_document(to_vcon(transcript, recording, datetime.now(UTC)), path)


def _webvtt(transcript: Transcript, path: Path, recording: RecordingFacts) -> None:
    path.write_text(to_webvtt(transcript), encoding="utf-8")


def _srt(transcript: Transcript, path: Path, recording: RecordingFacts) -> None:
    path.write_text(to_srt(transcript), encoding="utf-8")


def _csv(transcript: Transcript, path: Path, recording: RecordingFacts) -> None:
    path.write_text(to_csv(transcript), encoding="utf-8-sig", newline="")  # spreadsheets know UTF-8 by its mark


FORMATS: dict[str, tuple[str, Write]] = {
    "json": (".json", _json),
    "vtt": (".vtt", _webvtt),
    "srt": (".srt", _srt),
    "csv": (".csv", _csv),
    "vcon": (".vcon.json", _vcon),
}


def write_transcript(
    transcript: Transcript, out: Path, stem: str, formats: Sequence[str], recording: RecordingFacts = UNKNOWN
) -> list[str]:
    """`<stem>` with each format's suffix into `out`; the names written.

    Only a vCon tells of the `recording`. Raises `KeyError` for a name that is not in `FORMATS`.
    """
    out.mkdir(parents=True, exist_ok=True)
    names = []
    for name in formats:
        suffix, write = FORMATS[name]
        names.append(f"{stem}{suffix}")
        write(transcript, out / names[-1], recording)
    return names

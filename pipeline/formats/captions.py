"""Transcripts for other programs: WebVTT and SRT captions, and CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterator

from pipeline.language import Language, Text, in_language
from pipeline.records import Transcript, Utterance

SPEAKERS = {
    "operator": Text("オペレーター", "operator"),
    "customer": Text("お客様", "customer"),
    "unknown": Text("話者不明", "unknown speaker"),
}
COLUMNS = ("call_id", "speaker", "start_ms", "end_ms", "text", "confidence", "flags")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # what a spreadsheet would run


def to_webvtt(transcript: Transcript, language: Language = "ja") -> str:
    """WebVTT (W3C) with one voice span per utterance; utterances without times are left out."""
    cues = [
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n<v {_speaker(u, language)}>{_escaped(u.text)}"
        for u, start, end in _timed(transcript)
    ]
    return "\n\n".join(["WEBVTT", *cues]) + "\n"


def to_srt(transcript: Transcript, language: Language = "ja") -> str:
    """SubRip: numbered captions with the speaker's name in front."""
    captions = [
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_speaker(u, language)}: {u.text}"
        for number, (u, start, end) in enumerate(_timed(transcript), start=1)
    ]
    return "\n\n".join(captions) + "\n" if captions else ""


def to_csv(transcript: Transcript) -> str:
    """One line per utterance, CRLF; write it as `utf-8-sig` for spreadsheets. Text that would run is made inert."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for u in transcript.utterances:
        row = (transcript.call_id, u.speaker, u.start_ms, u.end_ms, u.text, u.confidence, " ".join(u.flags))
        writer.writerow([_inert(cell) for cell in row])
    return out.getvalue()


def _timed(transcript: Transcript) -> Iterator[tuple[Utterance, int, int]]:
    for utterance in transcript.utterances:
        if utterance.text and utterance.start_ms is not None and utterance.end_ms is not None:
            yield utterance, utterance.start_ms, utterance.end_ms


def _speaker(utterance: Utterance, language: Language) -> str:
    return in_language(SPEAKERS[utterance.speaker], language)


def _clock(ms: int, point: str) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell

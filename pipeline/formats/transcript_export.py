"""Stored transcripts as files for other programs, masked as they were stored, with the times to be silent."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import BadInput
from pipeline.formats.vcon import RecordingFacts
from pipeline.formats.write import write_transcript
from pipeline.language import Text
from pipeline.nights.filenames import output_stem
from pipeline.playing.sound import muted_spans
from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import CallDetail, ListedCall, list_calls, read_call
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.text_corrections import as_said, corrections_of

INDEX = "index.jsonl"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `unmasked`: calls left out, since their words were stored without masking."""

    index: Path
    calls: int
    unmasked: int


def export_transcripts(
    connection: Connection,
    out: Path,
    wanted: CallFilter,
    formats: Sequence[str],
    on_call: Callable[[str], None] = lambda call_id: None,
) -> Exported:
    """Each analysed recording of the newest report in each format, and last of all `index.jsonl`: a line per recording
    with its files, `muted_ms`, when its sound has to be silent (null: not known, play nothing of it), and `corrected`,
    the utterances (from 0) that are as people put them right and no longer as they were heard.

    Raises `BadInput` where there is no report yet, or no such call.
    """
    body = latest_report(connection)
    if body is None:
        raise BadInput(
            Text("まだ分析した通話がありません。", "No call has been analysed yet."),
            remedy=Text("先に kouken nightly を実行してください。", "Run kouken nightly first."),
        )
    pins = Pins.of_report(body)
    out.mkdir(parents=True, exist_ok=True)
    (out / INDEX).unlink(missing_ok=True)
    lines, used = [], Counter[str]()
    for call in _every(connection, pins, replace(wanted, is_masked=True)):
        detail = read_call(connection, pins, call)
        stem = _stem(call)
        used[stem] += 1
        unique = stem if used[stem] == 1 else f"{stem}-{call.recording_id}"
        texts = {number: said.text for number, said in corrections_of(connection, call.transcript_id).items()}
        names = write_transcript(as_said(detail.transcript, texts), out, unique, formats, _recording(detail))
        lines.append(json.dumps(_line(detail, names, sorted(texts)), ensure_ascii=False))
        on_call(call.call_id)
    unmasked = sum(1 for _ in _every(connection, pins, wanted)) - len(lines)
    if not lines:
        raise BadInput(
            Text(f"書き出す通話がありません(伏せ字なし {unmasked} 件)。", f"No such call ({unmasked} unmasked).")
        )
    part = out / f"{INDEX}.part"
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Exported(part.replace(out / INDEX), len(lines), unmasked)


def _every(connection: Connection, pins: Pins, wanted: CallFilter) -> Iterator[ListedCall]:
    after = None
    while page := list_calls(connection, pins, wanted, after=after, limit=PAGE):
        yield from page
        after = page[-1].position


def _stem(call: ListedCall) -> str:
    """The call id as a file's name: it may hold a slash."""
    return output_stem(call.call_id.replace("%", "%25").replace("/", "%2F"))


def _recording(detail: CallDetail) -> RecordingFacts:
    name = Path(detail.places[0][1]).name if detail.places else None
    return RecordingFacts(detail.call.started_at, name)


def _line(detail: CallDetail, names: Sequence[str], corrected: Sequence[int]) -> dict[str, Any]:
    call = detail.call
    return {
        "call_id": call.call_id,
        "recording_id": call.recording_id,
        "started_at": _iso(call.started_at),
        "operator_id": call.operator_id,
        "duration_s": call.duration_s,
        "files": list(names),
        "muted_ms": muted_spans(detail.transcript),
        "corrected": corrected,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

"""The geometry of a call's timeline: places as per cent of its length, for an SVG that stretches with the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.records import Acoustics, Moment, Transcript, Utterance

STEPS_S = (10, 30, 60, 120, 300, 600, 1800, 3600)
MOST_TICKS = 9
LEAST_WIDTH = 0.15  # per cent: the shortest はい stays visible


@dataclass(frozen=True, slots=True)
class Block:
    """One utterance as a bar; `kind` is speech, backchannel, suspect or masked."""

    index: int
    speaker: str
    x: float
    width: float
    kind: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment at the start of its first utterance."""

    label: str
    x: float
    index: int
    start_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Band:
    """A silence of both, or a time when both spoke."""

    kind: str  # silence, overlap
    x: float
    width: float
    start_ms: int
    length_ms: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    ms: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything to draw. `length_ms` is the recording's, not the last utterance's."""

    length_ms: int
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...] = ()


def draw_timeline(transcript: Transcript, moments: Sequence[Moment]) -> Timeline | None:
    """None for a transcript without times."""
    timed = [(index, item) for index, item in enumerate(transcript.utterances) if item.start_ms is not None]
    if not timed or transcript.audio is None:
        return None
    last_ms = max(item.end_ms or 0 for _, item in timed)
    length_ms = max(round(transcript.audio.duration_s * 1000), last_ms, 1)
    masked = {item.utterance for item in transcript.masked}
    return Timeline(
        length_ms,
        tuple(_block(index, item, length_ms, index in masked) for index, item in timed),
        tuple(_mark(moment, transcript, length_ms) for moment in moments if _start(moment, transcript) is not None),
        _ticks(length_ms),
        tuple(_bands(transcript.acoustics, length_ms)),
    )


def _block(index: int, item: Utterance, length_ms: int, masked: bool) -> Block:
    start = item.start_ms or 0
    width = ((item.end_ms or start) - start) / length_ms * 100
    kind = "speech"
    if masked:
        kind = "masked"
    if "backchannel" in item.flags:
        kind = "backchannel"
    if not item.is_trusted:
        kind = "suspect"
    return Block(index, item.speaker, _percent(start, length_ms), round(max(width, LEAST_WIDTH), 3), kind, start)


def _mark(moment: Moment, transcript: Transcript, length_ms: int) -> Mark:
    start = _start(moment, transcript) or 0
    return Mark(moment.label, _percent(start, length_ms), moment.utterances[0], start, moment.confidence)


def _bands(acoustics: Acoustics | None, length_ms: int) -> Iterator[Band]:
    if acoustics is None:
        return
    for kind, spans in (("silence", acoustics.silences), ("overlap", acoustics.overlaps)):
        for start, end in spans:
            width = round(max((end - start) / length_ms * 100, LEAST_WIDTH), 3)
            yield Band(kind, _percent(start, length_ms), width, start, end - start)


def _start(moment: Moment, transcript: Transcript) -> int | None:
    return transcript.utterances[moment.utterances[0]].start_ms


def _ticks(length_ms: int) -> tuple[Tick, ...]:
    step = next((step for step in STEPS_S if length_ms / 1000 / step <= MOST_TICKS), STEPS_S[-1]) * 1000
    return tuple(Tick(_percent(ms, length_ms), ms) for ms in range(0, length_ms, step))


def _percent(ms: int, length_ms: int) -> float:
    return round(ms / length_ms * 100, 3)

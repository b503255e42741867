"""Personal data taken out of utterances before anything is written; offsets and times stay as they were."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.records import MaskedRange, Transcript, Utterance
from pipeline.settings import PrivacySettings
from pipeline.speech.personal_data import Found, find_personal_data

MASK = "＊"  # one for each character, so that every offset stays right
MARKS = "。、，．！？ の"  # the end of an utterance in the middle of a number
NEAR_MS = 20_000  # a number read with pauses this long is still one number
CONTEXT_UTTERANCES = 5
CONTEXT_CHARACTERS = 120

FindMore = Callable[[Sequence[Utterance]], Sequence[Sequence[Found]]]  # further kinds, for example names


@dataclass(frozen=True, slots=True)
class _Stream:
    """Utterances of one speaker that follow each other closely, joined by newlines."""

    indices: tuple[int, ...]
    starts: tuple[int, ...]  # where each utterance begins in `text`
    text: str


def mask(
    utterances: Sequence[Utterance], find_more: FindMore | None = None
) -> tuple[tuple[Utterance, ...], tuple[MaskedRange, ...]]:
    """The utterances (in order of time) with personal data replaced by `MASK`, and what was replaced where."""
    found: dict[int, list[Found]] = {index: [] for index in range(len(utterances))}
    for stream in _streams(utterances):
        _share_out(stream, utterances, found)
    if find_more is not None:
        for index, more in enumerate(find_more(utterances)):
            found[index] += [item for item in more if not _covered(item, found[index])]
    masked = tuple(_masked(utterance, found[index]) for index, utterance in enumerate(utterances))
    ranges = tuple(_range(item, index, utterances[index]) for index in found for item in found[index])
    return masked, ranges


def masked_transcript(transcript: Transcript, settings: PrivacySettings, find_more: FindMore | None) -> Transcript:
    """The transcript as it may be written. What was heard before a correction goes with the characters it stood for."""
    if not settings.mask:
        return transcript
    shown, masked = mask(transcript.utterances, find_more)
    kept = tuple(c for c in transcript.corrections if MASK not in shown[c.utterance].text[c.start : c.end])
    return replace(transcript, utterances=shown, masked=masked, corrections=kept)


def _covered(item: Found, found: Sequence[Found]) -> bool:
    return any(item.start < other.end and other.start < item.end for other in found)


def _streams(utterances: Sequence[Utterance]) -> list[_Stream]:
    runs: list[list[int]] = []
    last: dict[tuple[object, object], list[int]] = {}
    for index, utterance in enumerate(utterances):
        who = (utterance.speaker, utterance.channel)
        run = last.get(who)
        if run is None or _pause(utterances[run[-1]], utterance) > NEAR_MS:
            run = last[who] = []
            runs.append(run)
        run.append(index)
    return [_stream(run, utterances) for run in runs]


def _pause(earlier: Utterance, later: Utterance) -> int:
    if earlier.end_ms is None or later.start_ms is None:
        return 0
    return later.start_ms - earlier.end_ms


def _stream(indices: Sequence[int], utterances: Sequence[Utterance]) -> _Stream:
    starts, at = [], 0
    for index in indices:
        starts.append(at)
        at += len(utterances[index].text) + 1
    return _Stream(tuple(indices), tuple(starts), "\n".join(utterances[index].text for index in indices))


def _share_out(stream: _Stream, utterances: Sequence[Utterance], found: dict[int, list[Found]]) -> None:
    """Find in the stream; give each utterance its part of what was found."""

    def before(position: int) -> str:
        nearest = bisect_right(stream.starts, position) - 1
        index = stream.indices[nearest]
        others = "\n".join(u.text for u in utterances[max(0, index - CONTEXT_UTTERANCES) : index])
        return others + "\n" + stream.text[max(stream.starts[nearest], position - CONTEXT_CHARACTERS) : position]

    for item in find_personal_data(stream.text, before):
        touched = range(bisect_right(stream.starts, item.start) - 1, bisect_left(stream.starts, item.end))
        for index, start in ((stream.indices[place], stream.starts[place]) for place in touched):
            text = utterances[index].text
            first, last = max(item.start - start, 0), min(item.end - start, len(text))
            last -= len(text[first:last]) - len(text[first:last].rstrip(MARKS))
            if first < last:
                found[index].append(Found(item.kind, first, last))


def _masked(utterance: Utterance, found: Sequence[Found]) -> Utterance:
    text = utterance.text
    for item in found:
        text = text[: item.start] + MASK * (item.end - item.start) + text[item.end :]
    return replace(utterance, text=text) if found else utterance


def _range(item: Found, index: int, utterance: Utterance) -> MaskedRange:
    """The time of the words touched; the whole utterance where it has no words."""
    words = [word for word in utterance.words if word.start < item.end and item.start < word.end]
    start_ms = min((word.start_ms for word in words), default=utterance.start_ms)
    end_ms = max((word.end_ms for word in words), default=utterance.end_ms)
    return MaskedRange(item.kind, index, start_ms, end_ms)

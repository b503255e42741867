"""How a call was spoken: talk, silence, overlaps, answers, speech rate. From the times of its utterances."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.records import Acoustics, Speaker, Transcript, Utterance
from pipeline.settings import AcousticsSettings

Span = tuple[int, int]  # start and end in milliseconds
Reading = Callable[[str], str]  # text to katakana

SMALL_KANA = frozenset("ァィゥェォャュョヮ")  # spoken in one mora with the kana before
MIITEL_FORMULA = "miitel-2020-10-26"
# MiiTel's default rule since that day (support.miitel.jp, 360050108791): minutes below which points are added
MIITEL_LENGTH_POINTS = ((5, 0), (10, 30), (30, 50), (40, 30), (50, 0), (60, -10), (float("inf"), -20))


def acoustics(
    transcript: Transcript,
    limits: AcousticsSettings,
    reading: Reading | None = None,
    loudness: Mapping[Speaker, float] | None = None,
) -> Acoustics | None:
    """The figures of a call; None where speakers or times are unknown (mono, plain text).

    Suspected utterances are left out: music on hold is nobody's talk. `loudness` is in dBFS, by speaker.
    """
    spoken = [u for u in transcript.utterances if u.is_trusted and u.start_ms is not None]
    if transcript.audio is None or not spoken or any(u.speaker == "unknown" for u in spoken):
        return None
    duration_ms = round(transcript.audio.duration_s * 1000)
    operator, customer = (speech_spans(spoken, who, limits.join_ms) for who in ("operator", "customer"))
    talk = length(operator), length(customer)
    level = loudness or {}
    found = Acoustics(
        duration_ms=duration_ms,
        operator_talk_ms=talk[0],
        customer_talk_ms=talk[1],
        talk_ratio=talk[0] / sum(talk) if sum(talk) else None,
        overlaps=longer_than(limits.overlap_ms, common(operator, customer)),
        silences=longer_than(limits.silence_ms, gaps(joined([*operator, *customer]), duration_ms)),
        response_delay_ms=_response_delay(spoken),
        operator_morae_per_s=_rate(spoken, "operator", talk[0], reading),
        customer_morae_per_s=_rate(spoken, "customer", talk[1], reading),
        operator_dbfs=level.get("operator"),
        customer_dbfs=level.get("customer"),
    )
    return replace(found, miitel_score=miitel_score(found), miitel_formula=MIITEL_FORMULA)


def miitel_score(found: Acoustics) -> float | None:
    """MiiTel's published default: 50 + points by length − |talk ratio − 40| − 10 × (overlaps + silences) per minute.

    >>> call = Acoustics(360_000, 40, 60, 0.40, ((0, 1),) * 3, ((0, 1),) * 3, None, None, None)
    >>> miitel_score(call)
    70.0
    """
    if found.talk_ratio is None:
        return None
    minutes = found.duration_ms / 60_000
    points = next(points for below, points in MIITEL_LENGTH_POINTS if minutes < below)
    events = (len(found.overlaps) + len(found.silences)) / minutes
    return round(50 + points - abs(found.talk_ratio * 100 - 40) - 10 * events, 1)


def morae(kana: str) -> int:
    """Morae of a katakana reading: small ャュョ share the mora before them, ッ ン ー have their own.

    >>> morae("キョウト"), morae("チョット"), morae("サーバー")
    (3, 3, 4)
    """
    return sum("ァ" <= letter <= "ー" and letter not in SMALL_KANA and letter != "・" for letter in kana)


def speech_spans(utterances: Sequence[Utterance], speaker: Speaker | str, join_ms: int) -> list[Span]:
    """When somebody spoke: words joined where the pause between them is short, whole utterances without words."""
    spans: list[Span] = []
    for utterance in utterances:
        if utterance.speaker != speaker or utterance.start_ms is None or utterance.end_ms is None:
            continue
        spans += [(w.start_ms, w.end_ms) for w in utterance.words] or [(utterance.start_ms, utterance.end_ms)]
    return joined(spans, join_ms)


def joined(spans: Sequence[Span], pause_ms: int = 0) -> list[Span]:
    """Spans in order; those that overlap, or are apart by at most `pause_ms`, become one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start - result[-1][1] <= pause_ms:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Where both speak. Each list is in order and without overlaps."""
    found, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return found


def gaps(spans: Sequence[Span], duration_ms: int) -> list[Span]:
    """Where nobody speaks, from the first word to the last: ringing and hanging up are no silence."""
    return [(a[1], min(b[0], duration_ms)) for a, b in itertools.pairwise(spans)]


def length(spans: Sequence[Span]) -> int:
    """Milliseconds in all."""
    return sum(end - start for start, end in spans)


def longer_than(limit_ms: int, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Those of at least `limit_ms`."""
    return tuple(span for span in spans if span[1] - span[0] >= limit_ms)


def _response_delay(utterances: Sequence[Utterance]) -> int | None:
    """Median over the turns that go from customer to operator; back-channels answer nothing, overlaps count as 0."""
    turns = [u for u in utterances if "backchannel" not in u.flags]
    delays = sorted(
        max(0, (after.start_ms or 0) - (before.end_ms or 0))
        for before, after in itertools.pairwise(turns)
        if (before.speaker, after.speaker) == ("customer", "operator")
    )
    return delays[len(delays) // 2] if delays else None


def _rate(utterances: Sequence[Utterance], who: Speaker, talk_ms: int, reading: Reading | None) -> float | None:
    if reading is None or not talk_ms:
        return None
    said = sum(morae(reading(u.text)) for u in utterances if u.speaker == who)
    return round(said / (talk_ms / 1000), 2)

"""What was said in some calls together, from the sums that were kept of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

from models.figures.like_calls import Estimate, Sums, per_hundred
from models.scoring import CATEGORIES, REACTIONS, Score, Tally, score
from pipeline.records import CUSTOMER_LABELS
from pipeline.store.kept import Counts
from pipeline.store.schema.kept import CELL_COUNTS

ANY = "any"
GLAD = ("accepted", "welcomed")
NOTHING: Counts = dict.fromkeys(CELL_COUNTS, 0)
_MEANT = {**{name: (name,) for name in CATEGORIES}, ANY: CATEGORIES}
_COLUMNS = {  # put together once: a page of two hundred operators looks at them some ten thousand times
    category: {reaction: tuple(f"{name}_{reaction}" for name in meant) for reaction in REACTIONS}
    for category, meant in _MEANT.items()
}
_MOMENTS = {category: tuple(chain(*of_reaction.values())) for category, of_reaction in _COLUMNS.items()}
_UNTIMED = itemgetter(*(f"untimed_{category}_{reaction}" for category in CATEGORIES for reaction in REACTIONS))
COMPARED = (  # what `sums_of` adds up of the three moments together
    "spoken",
    "utterances",
    "utterance_squares",
    "any_squares",
    "any_cross",
    *_MOMENTS[ANY],
)


@dataclass(frozen=True, slots=True)
class Said:
    """One of the operator's moments, or with `ANY` the three together. `rate`: per 100 utterances. `glad`: the share of
    them that were accepted or welcomed; None without any."""

    n: int
    rate: Estimate | None
    reactions: Mapping[str, int]
    calls: int | None
    glad: float | None


@dataclass(frozen=True, slots=True)
class Talk:
    """`known`: calls of the calls table, `matched` of them with a contract; `calls`: analysed recordings, which all the
    rest is of; `spoken`: those in which somebody is known to be the operator, which the rates are of. `talk_ratio`: the
    operator's share of what was spoken; `silence_share` of the whole length."""

    known: int
    matched: int
    calls: int
    spoken: int
    utterances: int
    operator_minutes: float
    moments: Mapping[str, Said]
    signals: Mapping[str, int]
    success_phrases: int
    talk_ratio: float | None
    silence_share: float | None
    silences_per_call: float | None
    score: Score


def talk_of(counts: Counts | None) -> Talk:
    """The figures of these sums; of no calls at all where there are none."""
    found = counts or NOTHING
    both = found["operator_talk_ms"] + found["customer_talk_ms"]
    return Talk(
        known=found["known"],
        matched=found["matched"],
        calls=found["calls"],
        spoken=found["spoken"],
        utterances=found["utterances"],
        operator_minutes=found["operator_speech_ms"] / 60_000,
        moments={name: _said(found, name) for name in (*CATEGORIES, ANY)},
        signals={label: found[label] for label in CUSTOMER_LABELS},
        success_phrases=found["success_phrases"],
        talk_ratio=_share(found["operator_talk_ms"], both),
        silence_share=_share(found["silence_ms"], found["duration_ms"]),
        silences_per_call=_share(found["silences"], found["measured"]),
        score=score(_tally(found)),
    )


def sums_of(counts: Counts, category: str) -> Sums:
    """One moment over these calls, or with `ANY` the three together."""
    return _sums(counts, category, sum([counts[name] for name in _MOMENTS[category]]))


def added(*several: Counts) -> Counts:
    """All of them together."""
    if len(several) < 2:  # of most operators and months there is one cell
        return several[0] if several else NOTHING
    return {name: sum([counts[name] for counts in several]) for name in several[0]}


def _said(counts: Counts, category: str) -> Said:
    reactions = _reactions(counts, category)
    n = sum(reactions.values())
    calls = None if category == ANY else counts[f"{category}_calls"]
    glad = _share(sum([reactions[reaction] for reaction in GLAD]), n)
    return Said(n, per_hundred(_sums(counts, category, n)), reactions, calls, glad)


def _sums(counts: Counts, category: str, moments: int) -> Sums:
    squares, cross = counts[f"{category}_squares"], counts[f"{category}_cross"]
    return Sums(counts["spoken"], moments, counts["utterances"], squares, cross, counts["utterance_squares"])


def _reactions(counts: Counts, category: str) -> dict[str, int]:
    columns = _COLUMNS[category].items()
    return {reaction: sum([counts[name] for name in names]) for reaction, names in columns}


def _tally(counts: Counts) -> Tally:
    moments = {category: _reactions(counts, category) for category in CATEGORIES}
    untimed = _untimed(_UNTIMED(counts))
    return Tally(counts["calls"], counts["operator_speech_ms"], moments, {}, counts["success_phrases"], untimed)


def _untimed(numbers: Sequence[int]) -> dict[str, dict[str, int]]:
    if not any(numbers):  # as nearly always
        return {}
    size = len(REACTIONS)
    parts = (numbers[start : start + size] for start in range(0, len(numbers), size))
    return {name: dict(zip(REACTIONS, part, strict=True)) for name, part in zip(CATEGORIES, parts, strict=True)}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

"""What an edit of the dictionary does to the scores: the same calls counted before and after."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.scoring import CATEGORIES, Tally, add, score
from pipeline.store.scores import TaggedCall


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """Total score (None: unknown), moments and success phrases before and after, over the same calls.

    `operator_id` None: the centre.
    """

    operator_id: str | None
    calls: int
    score_before: float | None
    score_after: float | None
    moments_before: Mapping[str, int]
    moments_after: Mapping[str, int]
    success_phrases_before: int
    success_phrases_after: int


def score_changes(
    counted: Sequence[tuple[TaggedCall, Tally, Tally]], operators: Mapping[int, str | None]
) -> Iterator[ScoreChange]:
    """The centre, then every operator whose counts move, by id. `counted`: what was counted in each call, and what
    would be; `operators`: by tagging.
    """
    by_operator: dict[str | None, list[tuple[Tally, Tally]]] = defaultdict(list)
    for call, before, now in counted:
        by_operator[operators.get(call.tagging_id)].append((before, now))
    yield _score_change(None, [(before, now) for _, before, now in counted])
    for operator in sorted(name for name in by_operator if name is not None):
        if any(before != now for before, now in by_operator[operator]):
            yield _score_change(operator, by_operator[operator])


def _score_change(operator: str | None, pairs: Sequence[tuple[Tally, Tally]]) -> ScoreChange:
    before, after = add(pair[0] for pair in pairs), add(pair[1] for pair in pairs)
    return ScoreChange(
        operator_id=operator,
        calls=len(pairs),
        score_before=score(before).total,
        score_after=score(after).total,
        moments_before={category: before.number(category) for category in CATEGORIES},
        moments_after={category: after.number(category) for category in CATEGORIES},
        success_phrases_before=before.success_phrases,
        success_phrases_after=after.success_phrases,
    )

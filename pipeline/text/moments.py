"""Decisions: which stretches of a turn are moments, and how the customer took them.

The rule is the same for every source of evidence. Uncancelled tags of one label on one utterance combine as independent
witnesses, 1 − Π(1 − confidence); at `THRESHOLD` the utterance bears the label. Neighbouring utterances of one turn with
the same label are one moment.

>>> round(combined([0.6, 0.5]), 2)
0.8
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod

from pipeline.records import LABELS, OPERATOR_LABELS, Moment, Tag, Transcript, Utterance
from pipeline.text.reactions import reaction_to

RULES_VERSION = "moments-1"
THRESHOLD = 0.5


def decide_moments(transcript: Transcript, tags: Sequence[Tag]) -> tuple[Moment, ...]:
    """Moments in order of place, then of `records.LABELS`. `tags` may come from the dictionary and from a classifier.

    The utterances of a moment are consecutive numbers within one turn; reasons are `phrase:<id>` and `classifier`.
    """
    witnesses: dict[tuple[str, int], list[Tag]] = defaultdict(list)
    for tag in tags:
        if tag.cancelled_by is None:
            witnesses[tag.label, tag.utterance].append(tag)
    moments: list[Moment] = []
    for label in LABELS:
        said = [utterance for (of, utterance), found in sorted(witnesses.items())
                if of == label and combined(tag.confidence for tag in found) >= THRESHOLD]  # fmt: skip
        for group in _runs(said, transcript.utterances):
            moments.append(_moment(label, group, witnesses))
    with_reactions = _with_reactions(moments, transcript, tags)
    return tuple(sorted(with_reactions, key=lambda moment: (moment.utterances[0], LABELS.index(moment.label))))


def combined(confidences: Iterable[float]) -> float:
    """The confidence of independent witnesses together; 0 for none."""
    return 1.0 - prod(1.0 - confidence for confidence in confidences)


def _runs(numbers: list[int], utterances: tuple[Utterance, ...]) -> list[tuple[int, ...]]:
    """Consecutive numbers of one speaker, as tuples."""
    runs: list[list[int]] = [[number] for number in numbers[:1]]
    for before, number in pairwise(numbers):
        if number == before + 1 and utterances[number].speaker == utterances[before].speaker:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [tuple(run) for run in runs]


def _moment(label: str, group: tuple[int, ...], witnesses: dict[tuple[str, int], list[Tag]]) -> Moment:
    tags = [tag for utterance in group for tag in witnesses[label, utterance]]
    # one phrase over two utterances is one witness, not two
    strongest: dict[str, float] = {}
    for tag in tags:
        reason = f"phrase:{tag.phrase_id}" if tag.source == "phrase" else tag.source
        strongest[reason] = max(strongest.get(reason, 0.0), tag.confidence)
    return Moment(label, group, round(combined(strongest.values()), 3), tuple(sorted(strongest)))


def _with_reactions(moments: list[Moment], transcript: Transcript, tags: Sequence[Tag]) -> list[Moment]:
    """Reactions for the operator's moments; what the customer says after a later moment belongs to that one."""
    labels: dict[int, set[str]] = defaultdict(set)
    for tag in tags:
        if tag.cancelled_by is None:
            labels[tag.utterance].add(tag.label)
    starts = sorted({moment.utterances[0] for moment in moments if moment.label in OPERATOR_LABELS})
    decided: list[Moment] = []
    for moment in moments:
        if moment.label in OPERATOR_LABELS:
            last = moment.utterances[-1]
            until = next((start for start in starts if start > last), len(transcript.utterances))
            reaction = reaction_to(transcript.utterances, last, until, labels)
            moment = Moment(moment.label, moment.utterances, moment.confidence, moment.reasons, reaction)  # noqa: PLW2901
        decided.append(moment)
    return decided

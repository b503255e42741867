"""Decisions: which stretches of a turn are moments, and how the customer took them.

Uncancelled tags of one label on one utterance combine as independent witnesses, 1 − Π(1 − confidence); at `THRESHOLD`
the utterance bears the label. A classifier's tag stands for a decision already, made at the threshold of its label, and
suffices. Neighbouring utterances of one turn with the same label are one moment.

>>> round(combined([0.6, 0.5]), 2)
0.8
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from pipeline.records import CUSTOMER_LABELS, LABELS, OPERATOR_LABELS, Moment, Tag, Transcript, Utterance
from pipeline.text.reactions import answer_to

RULES_VERSION = "moments-6"
CLASSIFIER = "classifier"
THRESHOLD = 0.5

Witnesses = dict[tuple[str, int], dict[str, float]]  # (label, utterance) → reason → confidence


def decide_moments(transcript: Transcript, tags: Sequence[Tag]) -> tuple[Moment, ...]:
    """Moments in order of place, then of `records.LABELS`; `tags` come from the dictionary or from a classifier.

    The utterances of a moment are consecutive numbers within one turn. Reasons are `phrase:<id>` and `classifier`.
    """
    witnesses: Witnesses = defaultdict(dict)
    for tag in tags:
        if tag.cancelled_by is None:
            reason = f"phrase:{tag.phrase_id}" if tag.source == "phrase" else tag.source
            seen = witnesses[tag.label, tag.utterance]
            seen[reason] = max(seen.get(reason, 0.0), tag.confidence)
    offers = [moment for label in OPERATOR_LABELS for moment in _moments(label, witnesses, transcript.utterances)]
    answered = _with_reactions(offers, transcript.utterances, witnesses)
    signals = [moment for label in CUSTOMER_LABELS for moment in _moments(label, witnesses, transcript.utterances)]
    return tuple(sorted(answered + signals, key=lambda moment: (moment.utterances[0], LABELS.index(moment.label))))


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


def _moments(label: str, witnesses: Witnesses, utterances: tuple[Utterance, ...]) -> list[Moment]:
    said = sorted(number for (of, number), found in witnesses.items()
                  if of == label and (CLASSIFIER in found or combined(found.values()) >= THRESHOLD))  # fmt: skip
    return [_moment(label, group, witnesses) for group in _runs(said, utterances)]


def _moment(label: str, group: tuple[int, ...], witnesses: Witnesses) -> Moment:
    strongest: dict[str, float] = {}  # one phrase over two utterances is one witness, not two
    for number in group:
        for reason, confidence in witnesses[label, number].items():
            strongest[reason] = max(strongest.get(reason, 0.0), confidence)
    return Moment(label, group, round(combined(strongest.values()), 3), tuple(sorted(strongest)))


def _with_reactions(offers: list[Moment], utterances: tuple[Utterance, ...], witnesses: Witnesses) -> list[Moment]:
    """The operator's moments with the customer's reaction; what follows a later moment belongs to that one."""
    labels: dict[int, set[str]] = defaultdict(set)
    for label, number in list(witnesses):
        labels[number].add(label)
    starts = sorted({moment.utterances[0] for moment in offers})
    answered: list[Moment] = []
    for moment in offers:
        last = moment.utterances[-1]
        until = next((start for start in starts if start > last), len(utterances))
        answer = answer_to(utterances, last, until, labels, offer=moment.label == "proposal")
        answered.append(replace(moment, reaction=answer.reaction))
    return answered

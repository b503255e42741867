"""How fast sentences are classified: with and without the first stage and its memory, on the same text, in one run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.moments.classify import MomentClassifier
from models.moments.labels import Call
from models.moments.sounds import Sounds

LEAST_SENTENCES = 2000  # the text is read again until there are so many, as courtesies recur in a night


@dataclass(frozen=True, slots=True)
class Speed:
    """One way. `sentences_per_cpu_s` of processor time; `first_stage_recall` of sentences that bear a label."""

    way: str
    sentences: int
    cpu_s: float
    dismissed: float
    first_stage_recall: float

    @property
    def sentences_per_cpu_s(self) -> float:
        """Throughput of one core."""
        return self.sentences / self.cpu_s


def compare(classifier: MomentClassifier, calls: Sequence[Call]) -> list[Speed]:
    """The same calls, every sentence read in full and as the night does it."""
    sentences = sum(len(call.sentences) for call in calls)
    text = list(calls) * max(1, -(-LEAST_SENTENCES // sentences))
    return [_measured("every_sentence", classifier, text, skip=False), _measured("first_stage", classifier, text)]


def _measured(way: str, classifier: MomentClassifier, calls: Sequence[Call], *, skip: bool = True) -> Speed:
    fresh = replace(classifier, first_stage=replace(classifier.first_stage, seen={}), spoken=Sounds())
    fresh.spoken.reading("はい")  # loads Sudachi: once per night, not per sentence
    before = time.process_time()
    verdicts = [verdict for call in calls for verdict in fresh.classify(call.sentences, skip=skip)]
    cpu_s = time.process_time() - before
    borne = [bool(labels) for call in calls for labels in call.labels]
    kept = [not verdict.dismissed for verdict, positive in zip(verdicts, borne, strict=True) if positive]
    return Speed(
        way=way,
        sentences=len(verdicts),
        cpu_s=cpu_s,
        dismissed=sum(verdict.dismissed for verdict in verdicts) / len(verdicts),
        first_stage_recall=sum(kept) / len(kept) if kept else 1.0,
    )

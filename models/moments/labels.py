"""The labels of the guide and the shapes that pass between the steps."""

from collections.abc import Mapping
from dataclasses import dataclass

OPERATOR_LABELS = ("appeal", "enablement", "proposal")
CUSTOMER_LABELS = ("interest", "decline", "churn_risk", "satisfaction", "complaint")
LABELS = OPERATOR_LABELS + CUSTOMER_LABELS

LABELS_OF: Mapping[str, tuple[str, ...]] = {"operator": OPERATOR_LABELS, "customer": CUSTOMER_LABELS}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of one speaker, in the order of the call. `speaker` is operator, customer or anything else."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A labelled call. `labels[i]` belongs to `sentences[i]`; `split` is train, validation or empty (outside data)."""

    call_id: str
    industry: str
    split: str
    sentences: tuple[Sentence, ...]
    labels: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier says of one sentence.

    `probabilities` holds every label of the speaker, calibrated, 0 to 1; it is empty where the speaker is unknown.
    `labels` are those at or above their threshold. `dismissed`: the cheap first stage saw nothing worth reading.
    """

    probabilities: Mapping[str, float]
    labels: tuple[str, ...]
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A verdict and its place: characters `start` to `end` (exclusive) of the utterance with that index."""

    utterance: int
    start: int
    end: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Message:
    """A text for people, in both languages."""

    ja: str
    en: str


class MomentsError(Exception):
    """Something a person must mend: what happened, where, and what to do."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.ja)

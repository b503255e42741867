"""The labels of the guide and the shapes that pass between the steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

OPERATOR_LABELS = ("appeal", "enablement", "proposal")
CUSTOMER_LABELS = ("interest", "decline", "churn_risk", "satisfaction", "complaint")
LABELS = OPERATOR_LABELS + CUSTOMER_LABELS

HEARD = "heard"  # the form of a call whose sentences a recogniser wrote

LABELS_OF: Mapping[str, tuple[str, ...]] = {"operator": OPERATOR_LABELS, "customer": CUSTOMER_LABELS}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of one speaker, in the order of the call. `speaker` is operator, customer or anything else."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A labelled call. `labels[i]` belongs to `sentences[i]`; `split` is train, validation or empty (outside data).

    `judged[i]` holds the labels whose presence or absence is known; empty stands for all of the speaker, everywhere.
    `form` is clean, recognised (written by people in a recogniser's way) or `HEARD`; a heard call bears the `call_id`
    of the call that was spoken.
    """

    call_id: str
    industry: str
    split: str
    sentences: tuple[Sentence, ...]
    labels: tuple[frozenset[str], ...]
    form: str = "clean"
    judged: tuple[frozenset[str], ...] = ()

    def target(self, index: int, label: str) -> float:
        """1 where the sentence bears the label, 0 where not, −1 where that is not known or not its speaker's."""
        unknown = bool(self.judged) and label not in self.judged[index]
        if unknown or label not in LABELS_OF.get(self.sentences[index].speaker, ()):
            return -1.0
        return float(label in self.labels[index])

    def part(self, start: int, end: int) -> "Call":
        """Sentences `start` to `end` (exclusive) as a call."""
        return replace(
            self, sentences=self.sentences[start:end], labels=self.labels[start:end], judged=self.judged[start:end]
        )


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

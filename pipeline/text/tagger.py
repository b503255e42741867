"""Both readers of a transcript: the dictionary's hits, the classifier's sentences, and the decision from all of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.moments.classify import load_classifier
from models.moments.labels import MomentsError, Placed, Sentence
from phrases.entry import PhraseSet
from phrases.matcher import Matcher
from pipeline.errors import KoukenError
from pipeline.records import Moment, Tag, Transcript
from pipeline.text.moments import RULES_VERSION, decide_moments
from pipeline.text.tagging import tag_transcript

VETO = 0.2  # below it, a dictionary hit is shown, not counted: the best F1 on the validation calls that ship


class Classifier(Protocol):
    """What is needed of `models.moments.classify.MomentClassifier`."""

    def classify_utterances(self, utterances: Sequence[Sentence]) -> list[Placed]:
        """The sentences of a call with their verdicts."""


@dataclass(frozen=True)
class Tagger:
    """Loaded once per process. `rules_version` names the rules and the classifier together."""

    matcher: Matcher
    classifier: Classifier
    dictionary_version: str
    rules_version: str

    def read(self, transcript: Transcript) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        """The evidence of both sources, kept apart, and the moments decided from it."""
        placed = self.classifier.classify_utterances(
            [_sentence(transcript, i) for i in range(len(transcript.utterances))]
        )
        tags = tuple(sorted([*_weighed(tag_transcript(transcript, self.matcher), placed), *_tags(placed)], key=_place))
        return tags, decide_moments(transcript, tags)


def load_tagger(dictionary: PhraseSet) -> Tagger:
    """The dictionary and the shipped classifier. Raises `KoukenError` where the classifier is missing or damaged."""
    try:
        classifier = load_classifier()
    except MomentsError as error:
        raise KoukenError(error.message) from None
    version = f"{RULES_VERSION}+{classifier.manifest.version}"
    return Tagger(Matcher(dictionary), classifier, dictionary.version, version)


def _sentence(transcript: Transcript, index: int) -> Sentence:
    utterance = transcript.utterances[index]
    return Sentence(utterance.speaker, utterance.text if utterance.is_trusted else "")


def _tags(placed: Iterable[Placed]) -> Iterator[Tag]:
    for place in placed:
        for label in place.verdict.labels:
            yield Tag(
                utterance=place.utterance,
                start=place.start,
                end=place.end,
                label=label,
                source="classifier",
                phrase_id=None,
                match_level=None,
                confidence=round(place.verdict.probabilities[label], 3),
            )


def _weighed(hits: Iterable[Tag], placed: Iterable[Placed]) -> Iterator[Tag]:
    """The dictionary's hits; one in a sentence that is plainly something else is cancelled by the classifier."""
    likely: dict[tuple[int, str], float] = {}
    for place in placed:
        for label, probability in place.verdict.probabilities.items():
            key = (place.utterance, label)
            likely[key] = max(likely.get(key, 0.0), probability)
    for hit in hits:
        plainly_not = likely.get((hit.utterance, hit.label), 1.0) < VETO
        yield replace(hit, cancelled_by="classifier") if plainly_not and hit.cancelled_by is None else hit


def _place(tag: Tag) -> tuple[int, int, int, str, str]:
    return tag.utterance, tag.start, tag.end, tag.source, tag.label

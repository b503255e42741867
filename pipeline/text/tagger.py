"""Both readers of a transcript: the dictionary's hits, the classifier's sentences, and the decision from all of it."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.moments.classify import load_classifier
from models.moments.labels import MomentsError, Placed, Sentence
from phrases.entry import PhraseSet
from phrases.matcher import Matcher
from pipeline.errors import KoukenError
from pipeline.records import Moment, Tag, Transcript
from pipeline.text.meaning import encoder_for
from pipeline.text.moments import RULES_VERSION, decide_moments
from pipeline.text.tagging import tag_transcript

Likely = dict[tuple[int, str], float]  # (utterance, label) → probability

VETO = 0.2  # below it, a dictionary hit is shown, not counted: the best F1 on the validation calls that ship


class Classifier(Protocol):
    """What is needed of `models.moments.classify.MomentClassifier`."""

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        """The sentences of a call with their verdicts; with `only`, those of these utterances."""


@dataclass(frozen=True)
class Tagger:
    """Loaded once per process. `rules_version` names the rules and the classifier together."""

    matcher: Matcher
    classifier: Classifier
    dictionary_version: str
    rules_version: str

    def read(self, transcript: Transcript) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        """The evidence of both sources, kept apart, and the moments decided from it."""
        placed = self.classifier.classify_utterances(_sentences(transcript))
        hits = _weighed(tag_transcript(transcript, self.matcher), _likely(placed))
        tags = tuple(sorted([*hits, *_tags(placed)], key=_place))
        return tags, decide_moments(transcript, tags)

    def reread(self, transcript: Transcript, earlier: Sequence[Tag]) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        """The same for a call that was tagged with another dictionary, but these rules and this classifier.

        The classifier's own tags stay, and what it said of earlier hits; it reads only utterances with hits of which
        it has not said anything yet. Hundreds of calls a second instead of a few.
        """
        hits = tag_transcript(transcript, self.matcher)
        likely = _said_before(earlier)
        unknown = {hit.utterance for hit in hits if (hit.utterance, hit.label) not in likely}
        if unknown:
            judged = _likely(self.classifier.classify_utterances(_sentences(transcript), unknown))
            likely = judged | likely
        found = [tag for tag in earlier if tag.source == "classifier"]
        tags = tuple(sorted([*_weighed(hits, likely), *found], key=_place))
        return tags, decide_moments(transcript, tags)


def load_tagger(dictionary: PhraseSet) -> Tagger:
    """The dictionary and the shipped classifier. Raises `KoukenError` where the classifier is missing or damaged."""
    try:
        classifier = load_classifier()
    except MomentsError as error:
        raise KoukenError(error.message) from None
    version = f"{RULES_VERSION}+{classifier.manifest.version}"
    matcher = Matcher(dictionary, encode=encoder_for(dictionary))
    return Tagger(matcher, classifier, dictionary.version, version)


def _sentences(transcript: Transcript) -> list[Sentence]:
    return [_sentence(transcript, index) for index in range(len(transcript.utterances))]


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


def _likely(placed: Iterable[Placed]) -> Likely:
    """The highest probability of each label in each utterance."""
    likely: Likely = {}
    for place in placed:
        for label, probability in place.verdict.probabilities.items():
            key = (place.utterance, label)
            likely[key] = max(likely.get(key, 0.0), probability)
    return likely


def _said_before(tags: Iterable[Tag]) -> Likely:
    """What the classifier must have thought where it let a hit stand, took one back, or put a label itself."""
    likely: Likely = {}
    for tag in tags:
        if tag.source == "classifier" or tag.cancelled_by in (None, "classifier"):
            likely[tag.utterance, tag.label] = 0.0 if tag.cancelled_by else 1.0
    return likely


def _weighed(hits: Iterable[Tag], likely: Likely) -> Iterator[Tag]:
    """The dictionary's hits; one in a sentence that is plainly something else is cancelled by the classifier."""
    for hit in hits:
        plainly_not = likely.get((hit.utterance, hit.label), 1.0) < VETO
        yield replace(hit, cancelled_by="classifier") if plainly_not and hit.cancelled_by is None else hit


def _place(tag: Tag) -> tuple[int, int, int, str, str]:
    return tag.utterance, tag.start, tag.end, tag.source, tag.label

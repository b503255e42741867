"""Both readers of a transcript: the dictionary's hits, the classifier's sentences, and the decision from all of it."""

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.moments.classify import load_classifier, with_thresholds
from models.moments.labels import LABELS, MomentsError, Placed, Sentence
from models.moments.manifest import SHIPPED
from models.moments.review import is_undecided
from phrases.entry import PhraseSet
from phrases.matcher import Matcher
from phrases.packing import PackedCall
from pipeline.errors import KoukenError
from pipeline.records import Moment, Tag, Transcript
from pipeline.settings import MomentsSettings
from pipeline.text.meaning import encoder_for
from pipeline.text.moments import RULES_VERSION, decide_moments
from pipeline.text.tagging import tag_transcript

Likely = dict[tuple[int, str], float]  # (utterance, label) → probability

BELOW_THRESHOLD = "threshold"  # what takes back a label that the classifier nearly gave


class Classifier(Protocol):
    """What is needed of `models.moments.classify.MomentClassifier`."""

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        """The sentences of a call with their verdicts; with `only`, those of these utterances."""


@dataclass(frozen=True)
class Tagger:
    """Loaded once per process. `rules_version` names the rules, the classifier and settings that differ.

    `thresholds` are the classifier's; a label that comes near its own is shown, not counted, and waits for a review.
    Below `veto` a hit of the dictionary is shown, not counted.
    """

    matcher: Matcher
    classifier: Classifier
    dictionary_version: str
    rules_version: str
    thresholds: Mapping[str, float]
    veto: float = MomentsSettings().veto

    def read(
        self, transcript: Transcript, packed: PackedCall | None = None
    ) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        """The evidence of both sources, kept apart, and the moments decided from it. `packed`: see `forms_of`."""
        placed = self.classifier.classify_utterances(_sentences(transcript))
        hits = self._weighed(tag_transcript(transcript, self.matcher, packed), _likely(placed))
        tags = tuple(sorted([*hits, *self._tags(placed)], key=_place))
        return tags, decide_moments(transcript, tags)

    def reread(
        self, transcript: Transcript, earlier: Sequence[Tag], packed: PackedCall | None = None
    ) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        """The same for a call that was tagged with another dictionary, but these rules and this classifier.

        The classifier's own tags stay, and what it said of earlier hits; it reads only utterances with hits of which
        it has not said anything yet. Hundreds of calls a second instead of a few.
        """
        hits = tag_transcript(transcript, self.matcher, packed)
        likely = _said_before(earlier)
        unknown = {hit.utterance for hit in hits if (hit.utterance, hit.label) not in likely}
        if unknown:
            judged = _likely(self.classifier.classify_utterances(_sentences(transcript), unknown))
            likely = judged | likely
        found = [tag for tag in earlier if tag.source == "classifier"]
        tags = tuple(sorted([*self._weighed(hits, likely), *found], key=_place))
        return tags, decide_moments(transcript, tags)

    def _tags(self, placed: Iterable[Placed]) -> Iterator[Tag]:
        for place in placed:
            for label, probability in place.verdict.probabilities.items():
                given = label in place.verdict.labels
                if given or is_undecided(probability, self.thresholds[label]):
                    yield Tag(
                        utterance=place.utterance,
                        start=place.start,
                        end=place.end,
                        label=label,
                        source="classifier",
                        phrase_id=None,
                        match_level=None,
                        confidence=round(probability, 3),
                        cancelled_by=None if given else BELOW_THRESHOLD,
                    )

    def _weighed(self, hits: Iterable[Tag], likely: Likely) -> Iterator[Tag]:
        """The dictionary's hits; one in a sentence that is plainly something else is cancelled by the classifier."""
        for hit in hits:
            plainly_not = likely.get((hit.utterance, hit.label), 1.0) < self.veto
            yield replace(hit, cancelled_by="classifier") if plainly_not and hit.cancelled_by is None else hit


def load_tagger(dictionary: PhraseSet, settings: MomentsSettings | None = None) -> Tagger:
    """The dictionary and the classifier that the settings name (the shipped one by default).

    Raises `KoukenError` where the classifier is missing or damaged, or its device is not there.
    """
    settings = settings or MomentsSettings()
    try:
        own = {str(label): threshold for label, threshold in settings.thresholds.items()}
        classifier = with_thresholds(load_classifier(settings.model or SHIPPED, device=settings.device), own)
    except MomentsError as error:
        raise KoukenError(error.message) from None
    return Tagger(
        matcher=Matcher(dictionary, encode=encoder_for(dictionary)),
        classifier=classifier,
        dictionary_version=dictionary.version,
        rules_version=f"{RULES_VERSION}+{classifier.manifest.version}{_digest(settings)}",
        thresholds=dict(zip(LABELS, classifier.head.threshold.tolist(), strict=True)),
        veto=settings.veto,
    )


def _digest(settings: MomentsSettings) -> str:
    """Empty for the settings as they ship; else what tells results made with others apart."""
    own = settings.model_dump(mode="json", exclude={"model", "device"}, exclude_defaults=True)
    return "+" + hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8] if own else ""


def _sentences(transcript: Transcript) -> list[Sentence]:
    return [_sentence(transcript, index) for index in range(len(transcript.utterances))]


def _sentence(transcript: Transcript, index: int) -> Sentence:
    utterance = transcript.utterances[index]
    return Sentence(utterance.speaker, utterance.text if utterance.is_trusted else "")


def _likely(placed: Iterable[Placed]) -> Likely:
    """The highest probability of each label in each utterance."""
    likely: Likely = {}
    for place in placed:
        for label, probability in place.verdict.probabilities.items():
            key = (place.utterance, label)
            likely[key] = max(likely.get(key, 0.0), probability)
    return likely


def _said_before(tags: Iterable[Tag]) -> Likely:
    """What the classifier thought of a label, or must have thought where it let a hit stand or took one back."""
    likely: Likely = {}
    for tag in tags:
        if tag.source == "phrase" and tag.cancelled_by in (None, "classifier"):
            likely[tag.utterance, tag.label] = 0.0 if tag.cancelled_by else 1.0
    for tag in tags:
        if tag.source == "classifier":
            key = (tag.utterance, tag.label)
            likely[key] = max(likely.get(key, 0.0), tag.confidence)
    return likely


def _place(tag: Tag) -> tuple[int, int, int, str, str]:
    return tag.utterance, tag.start, tag.end, tag.source, tag.label

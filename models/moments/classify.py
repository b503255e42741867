"""The classifier as callers see it: the sentences of a call in, one `Verdict` each out."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from models.moments.encoder import Encoder, open_encoder
from models.moments.first_stage import FirstStage, read_first_stage
from models.moments.head import HEAD_FILE, Floats, Head, read_head
from models.moments.labels import LABELS, LABELS_OF, Placed, Sentence, Verdict
from models.moments.manifest import SHIPPED, Manifest, checked_manifest
from models.moments.ngrams import LETTERS_FILE, SOUNDS_FILE, Ngrams, read_ngrams
from models.moments.sentences import sentence_spans
from models.moments.sounds import Sounds

UNKNOWN = Verdict({}, ())


@dataclass
class MomentClassifier:
    """One model, loaded once per process; a call at a time. Not to be shared among threads."""

    manifest: Manifest
    first_stage: FirstStage
    encoder: Encoder
    letters: Ngrams
    sounds: Ngrams | None  # None in models made before version 3
    head: Head
    spoken: Sounds = field(default_factory=Sounds)

    def classify(
        self, sentences: Sequence[Sentence], *, skip: bool = True, only: Container[int] | None = None
    ) -> list[Verdict]:
        """A verdict for each sentence of one call, in order.

        Sentences without text or of an unknown speaker get empty probabilities. `skip=False` reads every sentence,
        also those that the first stage would dismiss. `only` judges the sentences of these numbers in the context of
        all; the others get empty probabilities, too.
        """
        able = [i for i, sentence in enumerate(sentences) if _has_words(sentence) and (only is None or i in only)]
        wanted = [i for i in able if not skip or self.reads(sentences[i])]
        probabilities = self.head.mixed(self.log_odds(sentences, wanted))
        verdicts = [UNKNOWN] * len(sentences)
        for i in able:
            verdicts[i] = Verdict(dict.fromkeys(LABELS_OF[sentences[i].speaker], 0.0), (), dismissed=True)
        for i, row in zip(wanted, probabilities, strict=True):
            verdicts[i] = self._verdict(sentences[i].speaker, row)
        return verdicts

    def reads(self, sentence: Sentence) -> bool:
        """Whether the sentence is read in full: it has words and a known speaker, and the first stage keeps it."""
        return _has_words(sentence) and self.first_stage.keeps(sentence.speaker, sentence.text)

    def log_odds(self, sentences: Sequence[Sentence], wanted: Sequence[int]) -> Floats:
        """(wanted, 8, parts) by encoder, letters and sounds, before calibration; rising indices of known speakers."""
        by_words = [self.letters.log_odds(sentences, wanted)]
        if self.sounds:
            by_words.append(self.sounds.log_odds(self.spoken.of(sentences), wanted))
        return self.head.log_odds(self.encoder.vectors(sentences, wanted), *by_words)

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        """Cut each utterance into sentences and judge those, in order; an utterance without text has none.

        `only`: numbers of the utterances to judge. What is read together with others may come out a little different
        when it is read alone.
        """
        places = [
            (number, start, end)
            for number, utterance in enumerate(utterances)
            for start, end in sentence_spans(utterance.text)
        ]
        sentences = [Sentence(utterances[number].speaker, utterances[number].text[a:b]) for number, a, b in places]
        chosen = None if only is None else {i for i, (number, _, _) in enumerate(places) if number in only}
        verdicts = self.classify(sentences, only=chosen)
        return [
            Placed(*place, verdict)
            for i, (place, verdict) in enumerate(zip(places, verdicts, strict=True))
            if chosen is None or i in chosen
        ]

    def _verdict(self, speaker: str, row: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Verdict:
        by_label = dict(zip(LABELS, row.tolist(), strict=True))
        probabilities = {label: by_label[label] for label in LABELS_OF[speaker]}
        return Verdict(probabilities, self.head.labels(speaker, probabilities))


def with_thresholds(classifier: MomentClassifier, thresholds: Mapping[str, float]) -> MomentClassifier:
    """The same model with other thresholds for some labels."""
    limits = [thresholds.get(label, own) for label, own in zip(LABELS, classifier.head.threshold.tolist(), strict=True)]
    return replace(classifier, head=replace(classifier.head, threshold=np.array(limits)))


def _has_words(sentence: Sentence) -> bool:
    return sentence.speaker in LABELS_OF and bool(sentence.text.strip())


def load_classifier(folder: Path = SHIPPED, threads: int = 1, device: str = "cpu") -> MomentClassifier:
    """The model in `folder`, after its checksums matched; `device` is cpu or cuda.

    Raises `MomentsError` where the model is missing or damaged, or the device is not there.
    """
    manifest = checked_manifest(folder)
    return MomentClassifier(
        manifest,
        read_first_stage(folder),
        open_encoder(folder, threads, device),
        read_ngrams(folder / LETTERS_FILE),
        read_ngrams(folder / SOUNDS_FILE) if SOUNDS_FILE in manifest.files else None,
        read_head(folder / HEAD_FILE),
    )

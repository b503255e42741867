import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.moments.classify import MomentClassifier, load_classifier
from models.moments.head import HEAD_FILE, read_head, write_head
from models.moments.labels import CUSTOMER_LABELS, OPERATOR_LABELS, Sentence
from models.moments.manifest import checked_manifest, write_manifest
from models.moments.ngrams import SOUNDS_FILE
from tests.models.moments.calls import LINES

SENTENCES = [Sentence(speaker, text) for speaker, text, _ in LINES]


def test_each_sentence_gets_the_labels_of_its_speaker(classifier: MomentClassifier) -> None:
    verdicts = classifier.classify(SENTENCES, skip=False)
    assert len(verdicts) == len(SENTENCES)
    for sentence, verdict in zip(SENTENCES, verdicts, strict=True):
        expected = OPERATOR_LABELS if sentence.speaker == "operator" else CUSTOMER_LABELS
        assert tuple(verdict.probabilities) == expected
        assert all(0 <= p <= 1 for p in verdict.probabilities.values())


def test_the_model_has_learnt_what_it_was_taught(classifier: MomentClassifier) -> None:
    verdicts = classifier.classify(SENTENCES, skip=False)
    right = sum(
        set(v.labels) == {x for x in labels.split(",") if x} for v, (_, _, labels) in zip(verdicts, LINES, strict=True)
    )
    assert right >= len(LINES) - 2


def test_a_sentence_is_judged_the_same_alone_wanted_as_with_all(classifier: MomentClassifier) -> None:
    together = classifier.encoder.vectors(SENTENCES, range(len(SENTENCES)))
    alone = classifier.encoder.vectors(SENTENCES, [4])
    np.testing.assert_allclose(alone[0], together[4], atol=0.05)


def test_context_changes_the_verdict(classifier: MomentClassifier) -> None:
    answer = Sentence("customer", "お願いします。")
    offered = classifier.encoder.vectors([SENTENCES[4], answer], [1])
    greeted = classifier.encoder.vectors([SENTENCES[0], answer], [1])
    assert np.abs(offered - greeted).max() > 1e-3


def test_dismissed_sentences_bear_no_label(classifier: MomentClassifier) -> None:
    deaf = replace(classifier, first_stage=replace(classifier.first_stage, threshold=np.full(2, 1e9), seen={}))
    verdicts = deaf.classify(SENTENCES)
    assert all(verdict.dismissed and not verdict.labels for verdict in verdicts)


def test_recurring_sentences_are_scored_once(classifier: MomentClassifier) -> None:
    stage = replace(classifier.first_stage, seen={})
    for _ in range(3):
        stage.keeps("operator", "お電話ありがとうございます。")
    assert len(stage.seen) == 1


@pytest.mark.parametrize("speaker", ["operator", "customer"])
@pytest.mark.parametrize(
    "text",
    ["あ", "😀😀", "Hello, I would like to cancel.", "我想解约", "\ud83d", "あ" * 10_000, "[O][C]</s>", "\x00\n"],
)
def test_odd_text_gets_a_verdict(classifier: MomentClassifier, speaker: str, text: str) -> None:
    (verdict,) = classifier.classify([Sentence(speaker, text)], skip=False)
    assert all(np.isfinite(list(verdict.probabilities.values())))


@pytest.mark.parametrize(
    "sentence", [Sentence("unknown", "解約したいんです。"), Sentence("", "はい"), Sentence("operator", " ")]
)
def test_without_speaker_or_text_nothing_is_said(classifier: MomentClassifier, sentence: Sentence) -> None:
    (verdict,) = classifier.classify([sentence], skip=False)
    assert (dict(verdict.probabilities), verdict.labels) == ({}, ())


def test_an_empty_call_is_an_empty_answer(classifier: MomentClassifier) -> None:
    assert classifier.classify([]) == []


def test_utterances_are_judged_sentence_by_sentence_with_their_places(classifier: MomentClassifier) -> None:
    utterances = [
        Sentence("operator", "かしこまりました。少々お待ちください。"),
        Sentence("customer", ""),
        Sentence("unknown", "はい"),
    ]
    placed = classifier.classify_utterances(utterances)
    assert [(p.utterance, utterances[p.utterance].text[p.start : p.end]) for p in placed] == [
        (0, "かしこまりました。"),
        (0, "少々お待ちください。"),
        (2, "はい"),
    ]
    assert placed[2].verdict.probabilities == {}


def test_classify_judges_the_wanted_utterances_in_the_context_of_all(classifier: MomentClassifier) -> None:
    utterances = [Sentence("operator", "お電話ありがとうございます。"), Sentence("operator", "ご提案があります。")]
    (placed,) = classifier.classify_utterances(utterances, {1})
    assert (placed.utterance, set(placed.verdict.probabilities)) == (1, {"appeal", "enablement", "proposal"})
    assert classifier.classify_utterances(utterances, set()) == []


def test_a_model_made_before_sounds_were_counted_still_reads(model_dir: Path, tmp_path: Path) -> None:
    """Its folder holds no `sounds.npz`, and its head weighs two parts."""
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    (copy / SOUNDS_FILE).unlink()
    head = read_head(copy / HEAD_FILE)
    write_head(replace(head, mix=head.mix[:, :2]), copy / HEAD_FILE)
    write_manifest(copy, "2", tuple(name for name in checked_manifest(model_dir).files if name != SOUNDS_FILE))
    verdicts = load_classifier(copy).classify(SENTENCES, skip=False)
    assert all(verdict.probabilities for verdict in verdicts)

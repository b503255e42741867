import numpy as np
import pytest

from models.moments.calibration import targets_of
from models.moments.labels import LABELS, Sentence
from models.moments.ngrams import MAX_CHARACTERS, buckets_of, fit_ngrams, in_context, matrix_in_context, normalised
from tests.models.moments.calls import some_calls


@pytest.mark.parametrize(("text", "expected"), [("ＡＢＣ", "abc"), (" ｱ ", "ア"), ("\ud800x", "?x"), ("", "")])
def test_writing_variants_become_one(text: str, expected: str) -> None:
    assert normalised(text) == expected


def test_a_very_long_text_is_judged_by_its_ends() -> None:
    text = normalised("あ" * 5000 + "い" * 5000)
    assert (len(text), text[0], text[-1]) == (MAX_CHARACTERS, "あ", "い")


def test_features_of_like_sentences_overlap() -> None:
    one, like, other = (set(buckets_of(t)) for t in ("解約したいです", "解約したいんです", "お待ちください"))
    assert len(one & like) > len(one & other)


def test_context_is_what_the_other_speaker_said_around_it() -> None:
    call = [Sentence("operator", "a"), Sentence("customer", "b"), Sentence("customer", "c"), Sentence("operator", "d")]
    assert in_context(call)[1] == ("b", "a", "d")
    assert in_context(call)[3] == ("d", "c", "")


def test_scores_by_sentence_equal_those_of_the_whole_matrix() -> None:
    calls = [call.sentences for call in some_calls()]
    ngrams = fit_ngrams(calls, targets_of(some_calls()))
    whole = matrix_in_context(calls) @ ngrams.weights.transpose(1, 0, 2).reshape(len(LABELS), -1).T + ngrams.bias
    one_by_one = np.concatenate([ngrams.log_odds(call, range(len(call))) for call in calls])
    np.testing.assert_allclose(one_by_one, whole, rtol=1e-4, atol=1e-4)

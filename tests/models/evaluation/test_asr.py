"""The error rate is the one computed by hand, and its interval is the same every time."""

import pytest

from models.evaluation.asr import (
    SpeakerText,
    character_error_rate,
    comparable,
    error_rate,
    paired_upper_bound,
)


def test_comparable_ignores_width_case_and_marks() -> None:
    assert comparable("ＦＡＸは、２２００円です。") == comparable("faxは2200円です")


def test_character_error_rate_by_hand() -> None:
    assert character_error_rate("解約したい", "契約したい") == pytest.approx(1 / 5)
    assert character_error_rate("はい", "") == 1
    assert character_error_rate("はい", "はいはいはい") == 2
    assert character_error_rate("。", "はい") == 2


def test_mean_is_over_calls_and_reading_forgives_spelling() -> None:
    texts = [SpeakerText("a", "申込", "申込"), SpeakerText("b", "申込", "もうしこみ")]
    kana = {"申込": "モウシコミ", "もうしこみ": "モウシコミ"}
    rate = error_rate(texts, reading=kana.__getitem__)
    assert rate.per_call == {"a": 0.0, "b": 2.5}
    assert rate.cer == 1.25
    assert rate.reading_cer == 0
    assert rate.ci_low <= rate.cer <= rate.ci_high
    assert rate == error_rate(texts, reading=kana.__getitem__)


def test_no_call_is_an_error() -> None:
    with pytest.raises(ValueError, match="no call"):
        error_rate([])


def test_paired_bound_uses_calls_that_both_have() -> None:
    assert paired_upper_bound({"a": 0.2, "b": 0.3, "c": 9.0}, {"a": 0.1, "b": 0.2}) == pytest.approx(0.1)

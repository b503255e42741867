"""What nobody said is flagged with its reason; what somebody said is not."""

import pytest

from pipeline.records import Utterance
from pipeline.speech.guards import guard, is_foreign, is_loop


def flags(text: str, *, seconds: float = 3.0, voice: float = 0.95) -> tuple[str, ...]:
    utterance = Utterance("operator", text, 0, 0, int(seconds * 1000))
    return guard(utterance, lambda start, stop: voice).flags


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ご視聴ありがとうございました。", "suspect_invented"),
        ("チャンネル登録をお願いします。", "suspect_invented"),
        ("お" + "ありがとう、" * 6, "suspect_loop"),
        ("", "suspect_empty"),
        ("This call may be recorded for training purposes.", "suspect_language"),
        ("您好我想取消我的合同请问需要什么手续呢谢谢", "suspect_language"),
    ],
)
def test_invented_text_is_flagged_with_its_reason(text: str, reason: str) -> None:
    assert flags(text) == (reason,)


def test_thanks_without_a_voice_are_suspect_and_with_one_are_not() -> None:
    assert flags("ありがとうございました。", voice=0.3) == ("suspect_silence",)
    assert flags("ありがとうございました。") == ()


def test_more_characters_than_anyone_can_say_are_suspect() -> None:
    assert flags("お客様の契約内容を確認いたしますので少々お待ちください。", seconds=1.0) == ("suspect_rate",)
    assert flags("お客様の契約内容を確認いたしますので少々お待ちください。", seconds=4.0) == ()


@pytest.mark.parametrize(
    "text",
    [
        "はい、はい、お願いします。",
        "そちらの設定でしたら、字幕を大きく出すこともできますし、次の動画でも同じようにお使いいただけます。",
        "少々お待ちくださいませ。",
        "プランBのWi-Fiルーターですね。",
    ],
)
def test_ordinary_talk_is_trusted(text: str) -> None:
    assert flags(text) == ()


def test_suspect_utterance_is_not_trusted_and_keeps_its_other_flags() -> None:
    found = guard(Utterance("customer", "", 0, 0, 4000, flags=("backchannel",)), lambda start, stop: 1.0)
    assert found.flags == ("backchannel", "suspect_empty")
    assert not found.is_trusted


def test_text_without_times_is_left_as_it_is() -> None:
    utterance = Utterance("operator", "ご視聴ありがとうございました。")
    assert guard(utterance, lambda start, stop: 0.0) == utterance


def test_loops_and_foreign_text() -> None:
    assert is_loop("保留中です" * 6)
    assert is_loop("では、" + "お見積もりをお作りしましょうか" * 3)
    assert not is_loop("お見積もりをお作りしましょうか、お見積もりをお作りします。")
    assert is_foreign("hello how are you today")
    assert not is_foreign("OK、Wi-Fi")


@pytest.mark.parametrize(
    "text",
    [
        "東京都千代田区丸の内一丁目です。",
        "スタンダードプランのＡＢＣ、ＸＹＺです。",
        "契約番号。",
        "株式会社青空電力様ですね。",
    ],
)
def test_japanese_with_much_han_or_latin_is_no_foreign_language(text: str) -> None:
    assert not is_foreign(text)

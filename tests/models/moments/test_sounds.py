import pytest

from models.moments.labels import Sentence
from models.moments.ngrams import buckets_of
from models.moments.sounds import Sounds


@pytest.fixture(scope="module")
def sounds() -> Sounds:
    return Sounds()


def test_a_word_misheard_as_another_of_the_same_sound_sounds_the_same(sounds: Sounds) -> None:
    said, heard = sounds.of([Sentence("operator", "改訂した機能です。"), Sentence("operator", "改定した昨日です。")])
    assert said == heard == Sentence("operator", "カイテイシタキノウデス。")


def test_kana_and_kanji_share_more_by_sound_than_by_letters(sounds: Sounds) -> None:
    pair = ("仕事帰りに見ると最高ですよ", "しごとがえりに見ると最高ですよ")
    letters, spoken = ([set(buckets_of(text)) for text in texts] for texts in (pair, map(sounds.reading, pair)))
    assert len(spoken[0] & spoken[1]) / len(spoken[0]) > len(letters[0] & letters[1]) / len(letters[0])


@pytest.mark.parametrize("text", ["", "😀", "\ud83d", "Hello", "\x00\n", "あ" * 100_000, "。。。", "龘"])
def test_odd_text_has_a_sound_too(sounds: Sounds, text: str) -> None:
    assert isinstance(sounds.reading(text), str)


def test_recurring_sentences_are_read_once(sounds: Sounds) -> None:
    sounds._known.clear()
    sounds.of([Sentence("operator", "お電話ありがとうございます。")] * 3)
    assert len(sounds._known) == 1

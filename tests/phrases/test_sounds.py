import pytest

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.sounds import allowed_edits, confusable_words, pieces


def is_found(phrase: str, said: str, japanese: Japanese) -> bool:
    matcher = Matcher(PhraseSet((Phrase("p", "proposal", phrase),)), japanese)
    return any(hit.cancelled_by is None for hit in matcher.match([Line("operator", said)]).hits)


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("追加ライセンスのお見積もりをお送りします", "追加ライセンスのおみつもいをお送りします"),
        ("仕事帰りにビール片手にソファーで", "仕事がえりにビールかたでにソファーで"),
        ("プレミアムプランに切り替えていただくと", "プレミヤムプランに切りかえて頂くと"),
    ],
)
def test_a_few_misheard_kana_do_not_hide_a_longer_phrase(phrase: str, heard: str, japanese: Japanese) -> None:
    assert is_found(phrase, heard, japanese)


@pytest.mark.parametrize(("one", "other"), confusable_words())
def test_confusable_words_are_never_exchanged(one: str, other: str, japanese: Japanese) -> None:
    frame = "こちらのサービスの{}をご案内させていただいております"
    assert not is_found(frame.format(one), frame.format(other), japanese)
    assert not is_found(frame.format(other), frame.format(one), japanese)


@pytest.mark.parametrize(
    ("one", "other"),
    [pair for pair in confusable_words() if "まえばらい" not in pair],  # まえ is taken for a filler there
)
def test_confusable_words_are_never_exchanged_where_the_phrase_begins(one: str, other: str, japanese: Japanese) -> None:
    frame = "{}の手続きをおすすめしております"
    assert not is_found(frame.format(one), frame.format(other), japanese)
    assert not is_found(frame.format(other), frame.format(one), japanese)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("プランの変更をおすすめしております", "プランの変更をおすすめしておりません"),
        ("追加料金なしでお使いいただけます", "追加料金なしではお使いいただけません"),
    ],
)
def test_near_sound_never_changes_a_negation(phrase: str, said: str, japanese: Japanese) -> None:
    assert not is_found(phrase, said, japanese)


def test_short_phrases_are_found_by_exact_sound_only(japanese: Japanese) -> None:
    assert is_found("上位プラン", "じょういプラン", japanese)
    assert not is_found("上位プラン", "上位プレン", japanese)


def test_pieces_cover_the_reading_and_outnumber_the_edits() -> None:
    reading = "シゴトガエリニビルカタテニソファデ"
    found = list(pieces(reading))
    assert "".join(piece.text for piece in found) == reading
    assert len(found) == allowed_edits(reading) + 1

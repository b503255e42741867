import pytest

from phrases.forms import fold_reading, forms_of
from phrases.japanese import AnalysisFailed, Japanese


def keys(text: str, japanese: Japanese) -> list[str]:
    return "".join(word.keys for word in forms_of(text, japanese).words).split()


@pytest.mark.parametrize(
    "variants",
    [
        ("設定しましょう", "設定いたしましょう", "設定してみましょうか", "設定しておきましょうね"),
        ("お送りしましょうか", "送りましょう", "お送りいたしましょうか"),
        ("ご利用いただけます", "利用していただけますよ", "御利用頂けます"),
        ("お使いになりますか", "使います", "お使いになられますか"),
        ("使っていません", "使ってないです", "使っておりません"),
        ("お申込み", "お申し込み", "申込"),
        ("取消", "取り消し"),
        ("送らせていただきます", "送ります"),
    ],
)
def test_polite_plain_and_tentative_variants_share_their_keys(variants: tuple[str, ...], japanese: Japanese) -> None:
    assert len({tuple(keys(variant, japanese)) for variant in variants}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("設定します", "設定しません"),
        ("解約したい", "解約した"),
        ("やめようかな", "やめたかな"),
        ("契約する", "解約する"),
        ("使えば", "使った"),
    ],
)
def test_what_carries_the_sense_stays_apart(one: str, other: str, japanese: Japanese) -> None:
    assert keys(one, japanese) != keys(other, japanese)


def test_fillers_and_repairs_leave_no_word(japanese: Japanese) -> None:
    forms = forms_of("えーと、あの、その上位の、上位プランですね", japanese)
    assert [word.surface for word in forms.words if word.is_content] == ["その", "上位", "プラン"]


def test_half_a_word_before_the_word_is_dropped(japanese: Japanese) -> None:
    surfaces = [word.surface for word in forms_of("プレミ、プレミアムプランです", japanese).words]
    assert surfaces == ["プレミアム", "プラン", "です"]


@pytest.mark.parametrize(
    ("kana", "folded"),
    [
        ("モウシコミ", "モシコミ"),
        ("モーシコミ", "モシコミ"),
        ("モオシコミ", "モシコミ"),
        ("ケイヤク", "ケヤク"),
        ("カイヤク", "カイヤク"),
    ],
)
def test_long_vowels_fold_and_words_stay_apart(kana: str, folded: str) -> None:
    assert fold_reading(kana) == folded


def test_a_text_over_the_limit_of_the_tokenizer_fails_by_itself(japanese: Japanese) -> None:
    with pytest.raises(AnalysisFailed):
        forms_of("あ" * 17_000, japanese)


@pytest.mark.parametrize("text", ["", "〜〜〜", "ええぞ〜〜〜", "「はい」「いいえ」", "😀😀", "\ud800", "  ", "。"])
def test_odd_texts_do_not_fail(text: str, japanese: Japanese) -> None:
    forms_of(text, japanese)


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("お送りしますね", True),
        ("いかがでしょうか", True),
        ("お待ちください", True),
        ("よかった", True),
        ("お見積もりを", False),
        ("便利ですけど", False),
        ("教えて", False),
        ("変える", False),
    ],
)
def test_an_utterance_without_full_stop_ends_where_its_last_word_ends_a_sentence(
    said: str, ends: bool, japanese: Japanese
) -> None:
    assert forms_of(said, japanese).words[-1].ends_sentence is ends

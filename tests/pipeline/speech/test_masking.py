"""Personal data never leaves the recogniser: written, spoken, split over utterances; ordinary numbers stay."""

import pytest

from pipeline.records import Speaker, Utterance, Word
from pipeline.speech.masking import mask
from pipeline.speech.personal_data import is_my_number, passes_luhn


def dialogue(*lines: str) -> list[Utterance]:
    """`o:` and `c:` lines, two seconds each, one word per character."""
    utterances = []
    for index, line in enumerate(lines):
        who: Speaker = "operator" if line[0] == "o" else "customer"
        text, start = line[2:], index * 2000
        words = tuple(Word(start + i * 10, start + i * 10 + 10, i, i + 1) for i in range(len(text)))
        utterances.append(Utterance(who, text, 0 if who == "operator" else 1, start, start + 1500, words=words))
    return utterances


def masked(*lines: str) -> tuple[list[str], list[str]]:
    utterances, ranges = mask(dialogue(*lines))
    return [u.text for u in utterances], [r.kind for r in ranges]


CARDS = [
    "c:4242424242424242です",
    "c:4242 4242 4242 4242です",
    "c:4242-4242-4242-4242です",
    "c:４２４２、４２４２、４２４２、４２４２です",
    "c:四二四二の四二四二の四二四二の四二四二です",
    "c:ヨンニーヨンニー、ヨンニーヨンニー、ヨンニーヨンニー、ヨンニーヨンニーです",
    "c:よんによんに、えーと、よんによんに、はい、よんによんに、よんにーよんにーです",
    "c:4、2、4、2、4、2、4、2、4、2、4、2、4、2、4、2、です",
    "c:5555555555554444です",
    "c:378282246310005です",
]


@pytest.mark.parametrize("line", CARDS)
def test_card_number_is_masked_however_it_is_said(line: str) -> None:
    (text,), kinds = masked(line)
    assert kinds == ["card"]
    assert text.replace("、", "") == "＊" * (len(text.replace("、", "")) - 2) + "です"


def test_card_number_over_two_utterances_with_backchannels_is_masked() -> None:
    texts, kinds = masked("o:カード番号をお願いします。", "c:4242の4242。", "o:はい。", "c:4242の4242です。")
    assert texts == ["カード番号をお願いします。", "＊＊＊＊＊＊＊＊＊。", "はい。", "＊＊＊＊＊＊＊＊＊です。"]
    assert kinds == ["card", "card"]


def test_misheard_card_number_is_masked_by_its_context() -> None:
    texts, kinds = masked("o:クレジットカードの番号をどうぞ。", "c:4242 4242 4242 4243です")
    assert kinds == ["card"]
    assert "4243" not in texts[1]


def test_security_code_is_masked_after_being_asked_for() -> None:
    texts, kinds = masked("o:裏面のセキュリティコードは？", "c:えーと、123です。")
    assert texts[1] == "えーと、＊＊＊です。"
    assert kinds == ["security_code"]


@pytest.mark.parametrize(
    "line", ["c:090-1234-5678です", "c:ゼロキュウゼロの一二三四の五六七八です", "c:03の1234の5678に"]
)
def test_phone_number_is_masked(line: str) -> None:
    (text,), kinds = masked(line)
    assert kinds == ["phone"]
    assert text.rstrip("でに す").strip("＊") == ""


def test_my_number_is_masked_by_its_check_digit() -> None:
    assert masked("c:1234 5678 9018です")[1] == ["my_number"]
    assert masked("c:1234 5678 9012です")[1] == []
    assert masked("o:マイナンバーをどうぞ。", "c:1234 5678 9012です")[1] == ["my_number"]


@pytest.mark.parametrize("line", ["c:taro.yamada@example.co.jpです", "c:タロウアットマークエグザンプルドットコムです"])
def test_email_is_masked(line: str) -> None:
    texts, kinds = masked(line)
    assert kinds == ["email"]
    assert "アットマーク" not in texts[0]
    assert "@" not in texts[0]


def test_postal_code_is_masked_after_being_named() -> None:
    texts, kinds = masked("c:郵便番号は150の0001です。")
    assert texts == ["郵便番号は＊＊＊＊＊＊＊＊です。"]
    assert kinds == ["postal_code"]


ORDINARY = [
    "c:先月は8,580円で、今月は6,380円でした。",
    "o:2026年1月5日の10時にお伺いします。",
    "c:お客様番号は4401792です。",
    "o:3ギガで1,078円、20ギガで2,178円です。",
    "c:よく、ご存じですね。に、さんにん、いました。",
    "o:はい、あの、ええ、うん、そうですね。",
    "o:12345番のご注文、2点ですね。",
]


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_numbers_stay(line: str) -> None:
    assert masked(line) == ([line[2:]], [])


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("o:クレジットカードの番号をお願いします。", "c:6467、です。", "card"),  # three quarters were not heard
        ("o:カード番号をお願いします。", "c:4539の1488までは読めるんですけど。", "card"),
        ("o:安勝番号の4桁もお願いいたします。", "c:2,5,8,0、です。", "security_code"),
        ("o:お電話番号をお願いします。", "c:090の、876号の、4321、です。", "phone"),  # 号 for ごー
        ("o:はい、お願いいたします。", "c:えーと、0744、22、5555です。", "phone"),
        ("o:新しいご住所をお願いいたします。", "c:有便番号は、231、の、0023。", "postal_code"),
        ("o:メールアドレスをお願いします。", "c:はせがは、アットマラク、イグザンプル.。", ""),
        ("o:メールアドレスをお願いします。", "c:はせがは、アットマラク、イグザンプル、ドッド、コムです。", "email"),
    ],
)
def test_what_was_asked_for_is_masked_though_misheard(question: str, answer: str, kind: str) -> None:
    texts, kinds = masked(question, answer)
    assert texts[0] == question[2:]
    assert kinds == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("o:カードの番号の下四桁をお願いします。", "c:6467です。"),
        ("o:お客様番号をお願いします。", "c:0098765432です。"),
        ("o:電話番号ではなく、お客様番号をお願いします。", "c:4455667788です。"),
        ("o:郵便番号が変わりますと。", "c:工事費が1,234,567円ということですか。"),
        ("o:カード番号を変えますと、翌月からです。", "c:12月27日に8,580円ですね。"),
        ("o:工事の費用でございますが。", "c:横浜市でも50,000円、大阪市なら20人、名古屋市は2、3日ですか。"),
        ("o:ご希望を3つお教えください。", "c:1200です。"),
        ("o:最寄りはどちらですか。", "c:谷町四丁目の駅から歩けます。"),
        ("o:お引っ越しですね。", "c:引っ越し先の市区町村の役場と市役所で3回聞きました。"),
    ],
)
def test_what_was_asked_for_is_no_reason_to_mask_another_number(question: str, answer: str) -> None:
    texts, kinds = masked(question, answer)
    assert kinds == []
    assert texts == [question[2:], answer[2:]]


def test_offsets_and_times_stay_and_the_range_has_the_time_of_the_digits() -> None:
    (before,) = dialogue("c:番号は090-1234-5678です")
    (after,), (found,) = mask([before])
    assert len(after.text) == len(before.text)
    assert after.words == before.words
    assert (found.kind, found.utterance, found.start_ms, found.end_ms) == ("phone", 0, 30, 160)


def test_check_digits_by_hand() -> None:
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")
    assert is_my_number("123456789018")

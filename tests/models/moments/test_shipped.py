"""The model that ships: loads, knows plain cases, and its card repeats."""

import json

import pytest

from models.moments.card import CARD_FILE, judge
from models.moments.classify import MomentClassifier
from models.moments.data import TRAINING_CALLS, in_split, read_calls
from models.moments.labels import Sentence
from models.moments.manifest import SHIPPED

MEGABYTE = 1_000_000


def said(classifier: MomentClassifier, *lines: tuple[str, str]) -> tuple[str, ...]:
    """The labels of the last line, the others being its context."""
    return classifier.classify([Sentence(speaker, text) for speaker, text in lines])[-1].labels


@pytest.mark.slow
@pytest.mark.parametrize(
    ("speaker", "text", "label"),
    [
        ("operator", "お風呂あがりに窓を開けて聴くと、もう一日の疲れが飛んでいきますよ。", "appeal"),
        ("operator", "よろしければ、このままお電話で通知の設定を一緒にやってみましょうか。", "enablement"),
        ("operator", "人数が増えるのでしたら、一つ上のコースに変えられてはいかがでしょうか。", "proposal"),
        ("customer", "もう解約しようと思ってるんです。", "churn_risk"),
        ("customer", "何回電話してもつながらないし、いい加減にしてくださいよ。", "complaint"),
    ],
)
def test_a_plain_case_is_known(shipped: MomentClassifier, speaker: str, text: str, label: str) -> None:
    assert label in said(shipped, (speaker, text))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("speaker", "text"),
    [
        ("operator", "お電話ありがとうございます、窓口の山田でございます。"),
        ("operator", "恐れ入りますが、ご契約者様のお名前をお願いいたします。"),
        ("operator", "一度電源をお切りになって、もう一度お入れください。"),
        ("customer", "はい、ありがとうございます。"),
        ("customer", "山本です。"),
    ],
)
def test_a_courtesy_or_a_repair_bears_no_label(shipped: MomentClassifier, speaker: str, text: str) -> None:
    assert said(shipped, (speaker, text)) == ()


@pytest.mark.slow
def test_the_answer_to_an_offer_depends_on_the_offer(shipped: MomentClassifier) -> None:
    offer = ("operator", "月に三百円で、家族みんなで使えるプランもございますが、いかがですか。")
    assert "interest" in said(shipped, offer, ("customer", "へえ、それいいですね、お願いします。"))
    assert "decline" in said(shipped, offer, ("customer", "うちはいいです、いりません。"))


@pytest.mark.slow
def test_success_is_heard_in_the_answer_to_a_question_about_it(shipped: MomentClassifier) -> None:
    question = ("operator", "その後、お使いになっていかがですか。")
    assert "satisfaction" in said(shipped, question, ("customer", "おかげさまで、毎日すごく楽になりました。"))


@pytest.mark.slow
def test_the_card_repeats(shipped: MomentClassifier) -> None:
    card = json.loads((SHIPPED / CARD_FILE).read_text(encoding="utf-8"))
    figures = judge(shipped, in_split(read_calls(TRAINING_CALLS), "validation")).figures(seed=card["seed"])
    assert card["version"] == shipped.manifest.version
    assert figures.operator_macro_f1 == pytest.approx(card["clean"]["operator_macro_f1"], abs=0.01)
    assert figures.customer_macro_f1 == pytest.approx(card["clean"]["customer_macro_f1"], abs=0.01)
    assert figures.ece <= 0.05


def test_the_shipped_encoder_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 35 * MEGABYTE

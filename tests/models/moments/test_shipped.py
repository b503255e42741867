"""The model that ships: loads, knows plain cases, and its card repeats."""

import json

import pytest

from models.moments.card import CARD_FILE, CHART_FILE, card_of
from models.moments.chart import reliability_svg
from models.moments.classify import MomentClassifier
from models.moments.crossfit import evidence_by_wording
from models.moments.data import TRAINING_DATA, in_split, read_calls
from models.moments.encoder import MODEL_FILE
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
    """Exactly in the same place; on another processor a sentence at a threshold may fall to the other side."""
    record = json.loads((SHIPPED / CARD_FILE).read_text(encoding="utf-8"))
    calls = read_calls(TRAINING_DATA)
    evidence = evidence_by_wording(shipped, in_split(calls, "validation"), record["seed"])
    card = card_of(shipped, None, in_split(calls, "train"), evidence, record["seed"])
    assert card.version == record["version"]
    assert set(card.figures) == set(record["figures"]) == {"clean", "recognised", "heard"}
    for wording, figures in card.figures.items():
        stated = record["figures"][wording]
        assert figures.operator_macro_f1 == pytest.approx(stated["operator_macro_f1"], abs=0.01)
        assert figures.customer_macro_f1 == pytest.approx(stated["customer_macro_f1"], abs=0.01)
        assert figures.ece <= 0.05
    assert (SHIPPED / CHART_FILE).read_text(encoding="utf-8") == reliability_svg(record["reliability"])


def test_the_shipped_encoder_is_small() -> None:
    assert (SHIPPED / MODEL_FILE).stat().st_size < 30 * MEGABYTE
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 38 * MEGABYTE

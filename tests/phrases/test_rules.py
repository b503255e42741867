"""E7: one documented rule for every way in which hits meet: overlap, utterances, speakers, denial, quotation."""

import pytest

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher

PLAN = Phrase("plan", "proposal", "プレミアムプラン")
OFFER = Phrase("offer", "proposal", "プランに変更しませんか")
WIDE = Phrase("wide", "proposal", "プレミアム〜変更")
APPLY = Phrase("apply", "interest", "お申し込みします")
LEAVE = Phrase("leave", "churn_risk", "解約")
DICTIONARY = PhraseSet((PLAN, OFFER, WIDE, APPLY, LEAVE))

Golden = tuple[str, int, str, str | None]  # entry, line, the words, what cancels it

GOLDEN: list[tuple[str, list[str], list[Golden]]] = [
    (
        "overlapping and nested hits of different entries are all evidence",
        ["担: プレミアムプランに変更しませんか。"],
        [
            ("offer", 0, "プランに変更しませんか", None),
            ("plan", 0, "プレミアムプラン", None),
            ("wide", 0, "プレミアムプランに変更", None),
        ],
    ),
    (
        "a phrase over two utterances of one turn marks both",
        ["担: では、プレミアム", "担: プランはいかがでしょう。"],
        [("plan", 0, "プレミアム", None), ("plan", 1, "プラン", None)],
    ),
    (
        "a listener's nod does not part a phrase",
        ["担: では、プレミアム", "客: はい。", "担: プランはいかがでしょう。"],
        [("plan", 0, "プレミアム", None), ("plan", 2, "プラン", None)],
    ),
    ("a phrase never crosses speakers", ["担: プレミアム", "客: 少し高いですよね、プランの話ですけど。"], []),
    ("a phrase never crosses sentences", ["担: お支払いはプレミアム。プランは三つです。"], []),
    ("the operator's phrase from the customer's mouth is none", ["客: プレミアムプランって何ですか。"], []),
    ("an unknown speaker's words are nobody's", ["?: プレミアムプランです。解約です。"], []),
    (
        "a phrase that the denial turns into another is not found at all",
        ["客: お申し込みはしません。"],
        [],
    ),
    (
        "a phrase that only the denial takes back is cancelled",
        ["客: 解約はしません。", "担: プレミアムプランはお勧めいたしません。"],
        [("leave", 0, "解約", "negation"), ("plan", 1, "プレミアムプラン", "negation")],
    ),
    (
        "what the customer was told elsewhere, told back by the operator, is a quotation",
        ["担: プレミアムプランと言われたのですね。"],
        [("plan", 0, "プレミアムプラン", "quotation")],
    ),
]


def lines(said: list[str]) -> list[Line]:
    speakers = {"担": "operator", "客": "customer", "?": "unknown"}
    return [Line(speakers[text[0]], text.split(": ", 1)[1]) for text in said]


@pytest.mark.parametrize(("rule", "said", "expected"), GOLDEN, ids=[rule for rule, *_ in GOLDEN])
def test_rule(rule: str, said: list[str], expected: list[Golden], japanese: Japanese) -> None:
    call = lines(said)
    found = [
        (hit.phrase_id, span.line, call[span.line].text[span.start : span.end], hit.cancelled_by)
        for hit in Matcher(DICTIONARY, japanese).match(call).hits
        for span in hit.spans
    ]
    assert sorted(found, key=lambda item: (item[1], item[0])) == expected

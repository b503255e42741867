import pytest

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.scope import Context, cancelled_by


def reason(query: str, said: str, japanese: Japanese) -> str | None:
    (hit,) = Matcher(PhraseSet((Phrase("p", "proposal", query),)), japanese).match([Line("operator", said)]).hits
    return hit.cancelled_by


@pytest.mark.parametrize(
    ("query", "said", "expected"),
    [
        ("おすすめ", "こちらがおすすめです", None),
        ("おすすめ", "無理におすすめはいたしません", "negation"),
        ("おすすめ", "おすすめできるプランがございません", "negation"),
        ("おすすめ", "おすすめですので手間がかかりません", None),
        ("おすすめ", "おすすめしませんか", None),
        ("おすすめ", "おすすめと言われたのですが", "quotation"),
        ("便利", "便利かと存じますが、あいにく対応しておりません", "withdrawal"),
        ("プランの変更", "プランの変更はお済みでしょうか", "check_question"),
        ("アップグレード", "アップグレードした場合は手数料がかかります", "condition"),
    ],
)
def test_what_cancels_a_hit(query: str, said: str, expected: str | None, japanese: Japanese) -> None:
    assert reason(query, said, japanese) == expected


def test_sentences_parsed_together_are_parsed_alike() -> None:
    sentences = ["追加の料金はかかりません", "おすすめできるプランがございません", "保管料はいただきません"]
    alone, together = Japanese(), Japanese()
    together.parse_ahead(sentences)
    assert [together.parse(text) for text in sentences] == [alone.parse(text) for text in sentences]
    assert together.parsed == alone.parsed == len(sentences)


def test_what_ends_like_a_negation_needs_no_parse(japanese: Japanese) -> None:
    before = japanese.parsed
    assert cancelled_by(Context("ポイントは", "解約", "されますと消えてしまいますが"), "churn_risk", japanese) is None
    assert cancelled_by(Context("", "お手続き", "に数分でまいります"), "enablement", japanese) is None
    assert japanese.parsed == before

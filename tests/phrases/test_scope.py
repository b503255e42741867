import pytest

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher


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

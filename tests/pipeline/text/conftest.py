import pytest

from phrases.entry import Phrase, PhraseSet
from phrases.matcher import Matcher


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(
        PhraseSet(
            (
                Phrase("p.quote", "proposal", "お見積もりをお送りしましょう"),
                Phrase("a.scene", "appeal", "最高です", weight=0.4),
                Phrase("a.praise", "appeal", "喜ばれて", weight=0.4),
                Phrase("c.no", "decline", "うちは結構です"),
                Phrase("c.try", "interest", "使ってみたい"),
            )
        )
    )

"""The word list in matching: names are found as they are heard, and `@単語` stands for all of them."""

import pytest

from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.diff import changes
from phrases.entry import Phrase, PhraseSet, Word
from phrases.japanese import Japanese
from phrases.matcher import Hit, Matcher
from phrases.search import hits_in

NAMES = (
    Word("K3プラン", readings=("ケースリープラン",), misheard=("経産プラン",)),
    Word("みらいネット", misheard=("未来熱",)),
)


def dictionary(query: str, levels: tuple[str, ...] = ("surface", "normalized", "reading")) -> PhraseSet:
    return PhraseSet((Phrase("p", "proposal", query, levels),), (), NAMES)  # type: ignore[arg-type]


def hits(query: str, said: str, japanese: Japanese) -> tuple[Hit, ...]:
    return Matcher(dictionary(query), japanese).match([Line("operator", said)]).hits


@pytest.mark.parametrize(
    ("query", "said", "level"),
    [
        ("K3プラン", "K3プランです", "surface"),
        ("K3プラン", "経産プランです", "reading"),
        ("K3プラン", "ケースリープランです", "reading"),
        ("K3プランにしましょう", "経産プランにいたしましょうか", "reading"),
        ("みらいネット", "未来熱もございます", "reading"),
        ("@単語〜いかが", "未来熱もいかがでしょう", "reading"),
        ("@単語〜いかが", "K3プランはいかがでしょう", "surface"),
    ],
)
def test_a_registered_name_is_found_as_it_is_heard(query: str, said: str, level: str, japanese: Japanese) -> None:
    (hit,) = hits(query, said, japanese)
    assert hit.level == level


def test_an_entry_of_the_surface_alone_is_not_found_by_what_is_misheard(japanese: Japanese) -> None:
    matcher = Matcher(dictionary("K3プラン", ("surface",)), japanese)
    assert not matcher.match([Line("operator", "経産プランです")]).hits


def test_what_is_misheard_elsewhere_is_left_alone(japanese: Japanese) -> None:
    assert not hits("みらいネット", "未来の熱意", japanese)


def test_the_archive_finds_misheard_names_too(japanese: Japanese) -> None:
    lines = [Line("operator", "経産プランです"), Line("operator", "ケースリープランはいかが")]
    archive = Archive()
    archive.add("c", lines, Matcher(PhraseSet(()), japanese).analyse(lines)[0])
    found = [hit.hit for hit in hits_in(archive, dictionary("K3プラン"), japanese)]
    assert found == list(Matcher(dictionary("K3プラン"), japanese).match(lines).hits)
    assert len(found) == 2


def test_an_edited_name_changes_the_version_and_the_entries_that_say_it() -> None:
    old = PhraseSet((Phrase("a", "proposal", "K3プラン"), Phrase("b", "proposal", "お得")), (), NAMES)
    new = PhraseSet(old.phrases, (), (NAMES[1],))
    assert old.version != new.version != PhraseSet(old.phrases).version
    assert changes(old, new).changed == ("a",)

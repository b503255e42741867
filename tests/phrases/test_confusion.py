"""What may be mistaken for something else is said before anybody approves it."""

from dataclasses import replace

from phrases.confusion import confusions
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.lint import duplicates, lint

KEEP = Phrase(
    "p.keep",
    "proposal",
    "契約を続けませんか",
    examples=("契約を続けませんか。", "ご契約を続けませんか。"),
    counter_examples=("お電話ありがとうございます。",),
)


def test_a_word_that_recognisers_exchange_is_named_with_its_counterparts() -> None:
    (warning,) = confusions(KEEP, {})
    assert "「契約」は「解約」" in warning.message.ja and not warning.is_error
    assert list(confusions(replace(KEEP, phrase="続けませんか"), {})) == []
    named = " ".join(problem.message.ja for problem in confusions(replace(KEEP, phrase="(契約|解約)のお話"), {}))
    assert "「解約」" not in named.replace("「解約」は", "")  # finding both on purpose is no danger
    assert list(confusions(replace(KEEP, phrase="(契約"), {})) == []


def test_an_entry_of_another_category_that_sounds_the_same_is_a_warning(japanese: Japanese) -> None:
    one = replace(KEEP, id="p.one", phrase="回線を統合", examples=("回線を統合します。", "回線を統合しませんか。"))
    other = replace(
        one, id="q.other", category="appeal", phrase="回線を投合", examples=("回線を投合。", "回線を投合。")
    )
    warned = [p.place for p in lint(PhraseSet((one, other)), japanese) if "同じ読み" in p.message.ja]
    assert warned == ["q.other"]
    same = replace(other, category="proposal")
    assert not any("同じ読み" in p.message.ja for p in lint(PhraseSet((one, same)), japanese))


def test_a_retired_entry_is_nobodys_duplicate(japanese: Japanese) -> None:
    again = replace(KEEP, id="p.again")
    assert duplicates(PhraseSet((KEEP, again)), japanese) == (("p.keep", "p.again"),)
    assert duplicates(PhraseSet((replace(KEEP, status="retired"), again)), japanese) == ()

"""What may be mistaken for something else is said before anybody approves it."""

from dataclasses import replace

import pytest

from phrases.confusion import confusions
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.lint import lint

KEEP = Phrase(
    "p.keep",
    "proposal",
    "契約を続けませんか",
    examples=("契約を続けませんか。", "ご契約を続けませんか。"),
    counter_examples=("お電話ありがとうございます。",),
)


def named(query: str, japanese: Japanese) -> str:
    return " ".join(problem.message.ja for problem in confusions(replace(KEEP, phrase=query), {}, japanese))


def test_a_word_that_recognisers_exchange_is_named_with_its_counterparts(japanese: Japanese) -> None:
    (warning,) = confusions(KEEP, {}, japanese)
    assert "「契約」は「解約」" in warning.message.ja and not warning.is_error
    assert named("続けませんか", japanese) == ""
    both = named("(契約|解約)のお話", japanese)
    assert "「解約」" not in both.replace("「解約」は", "")  # finding both on purpose is no danger
    assert named("(契約", japanese) == ""


@pytest.mark.parametrize(
    ("query", "word", "mistaken"),
    [
        ("更新のお手続き", "更新", "交信"),
        ("継続をおすすめ", "継続", "係属"),
        ("解除のご案内", "解除", "開所"),
        ("借り換えのご相談", "借り換え", "買い替え"),
        ("交信のお手続き", "交信", "行進"),  # neither pair is written down: they sound the same
        ("再開のご案内", "再開", "退会"),  # one kana
    ],
)
def test_words_that_sound_alike_are_named_whether_or_not_the_pair_is_listed(
    query: str, word: str, mistaken: str, japanese: Japanese
) -> None:
    (said,) = (part for part in named(query, japanese).split("ください。") if f"「{word}」は" in part)
    assert f"「{mistaken}」" in said


def test_every_word_of_an_entry_is_told_at_once(japanese: Japanese) -> None:
    problems = list(confusions(replace(KEEP, phrase="契約の更新を延長"), {}, japanese))
    assert len(problems) == 3 and {problem.place for problem in problems} == {"p.keep"}


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
    told = [
        [p.place for p in lint(PhraseSet((one, again)), japanese) if "同じです" in p.message.ja]
        for one in (KEEP, replace(KEEP, status="retired"))
    ]
    assert told == [["p.keep"], []]

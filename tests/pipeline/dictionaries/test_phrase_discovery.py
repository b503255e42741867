"""A made archive with planted expressions: those that go with renewal come out, habits and topics do not."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from phrases.candidates import Said
from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.forms import forms_of
from phrases.japanese import Japanese
from pipeline.dictionaries.phrase_discovery import Discovery, Told, discover

WORKS = "来月の締めまで毎週ご様子を伺います"  # goes with renewal, whoever says it
KNOWN = "一緒に初期の設定をいたしましょう"  # goes with renewal, too, but stands in the dictionary
HABIT = "引き続き精一杯努めてまいります"  # of operators who keep more customers; nothing to do with the single call
TOPIC = "手順を順番に読み上げていきます"  # said in how-to calls, after which customers stay anyway
NOTHING = "記録を隅々まで確認いたしました"  # said at random
ORDINARY = ("お電話ありがとうございます。", "少々お待ちください。", "はい、かしこまりました。", "失礼いたします。")
DICTIONARY = PhraseSet((Phrase("enablement.setup", "enablement", "一緒に初期の設定"),))
JAPANESE = Japanese()


@cache
def said(text: str) -> Said:
    return Line("operator", text), forms_of(text, JAPANESE)


@cache
def centre(seed: int, effect: float, calls: int = 1600) -> tuple[tuple[Told, ...], dict[str, tuple[Said, ...]]]:
    """Twenty operators, three reasons; skilled operators share a habit, how-to calls end well whatever is said."""
    rng = np.random.default_rng(seed)
    told, spoken = [], {}
    for number in range(calls):
        operator, reason = int(rng.integers(20)), int(rng.integers(3))
        skilled = operator % 2 == 0
        lines = [ORDINARY[0]]
        chances = {
            WORKS: 0.3,
            KNOWN: 0.3,
            NOTHING: 0.3,
            HABIT: 0.9 if skilled else 0.05,
            TOPIC: 0.9 if reason == 0 else 0.05,
        }
        uttered = {text for text, chance in chances.items() if rng.random() < chance}
        lines += [f"{text}。" for text in chances if text in uttered]
        lines += ORDINARY[1:]
        logit = -0.6 + 1.0 * skilled + 1.2 * (reason == 0) + effect * ((WORKS in uttered) + (KNOWN in uttered))
        good = bool(rng.random() < 1 / (1 + np.exp(-logit)))
        identity = f"c{number}"
        told.append(Told(identity, number, f"OP{operator}", f"r{reason}", good, None))
        spoken[identity] = tuple(said(text) for text in lines)
    return tuple(told), spoken


def discovered(seed: int, effect: float) -> Discovery:
    told, spoken = centre(seed, effect)

    def read(call: Told) -> Sequence[Said]:
        return spoken[call.call_id]

    return discover(told, read, DICTIONARY, JAPANESE)


def parts_of(text: str, found: Discovery) -> list[str]:
    return [item.text for item in found.candidates if item.text in text]


def test_what_goes_with_renewal_comes_out_with_interval_and_context() -> None:
    found = discovered(1, 0.9)
    (first, *_) = found.candidates
    assert first.text in WORKS
    assert first.outcome is not None
    assert first.outcome.ci_low > 1 and first.outcome.ci_low < np.exp(0.9) < first.outcome.ci_high
    assert first.operators == 20 and first.calls == first.outcome.n_with
    context = first.contexts[0]
    assert context.found == first.text and f"{context.before}{context.found}{context.after}" == f"{WORKS}。"
    assert "効果ではありません" in found.warning.ja


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_habits_of_operators_topics_and_chance_do_not_come_out(seed: int) -> None:
    found = discovered(seed, 0.9)
    assert parts_of(WORKS, found)
    for text in (HABIT, TOPIC, NOTHING, *ORDINARY):
        assert parts_of(text, found) == [], text


def test_what_the_dictionary_finds_is_left_out() -> None:
    assert parts_of("一緒に初期の設定", discovered(1, 0.9)) == []


def test_where_nothing_works_nothing_comes_out() -> None:
    assert sum(len(discovered(seed, 0.0).candidates) for seed in range(1, 6)) <= 1


def test_without_outcomes_high_scores_decide_and_it_says_so() -> None:
    told, spoken = centre(1, 0.9)
    scored = [Told(c.call_id, c.transcript_id, c.operator, c.reason, None, c.good) for c in told]
    found = discover(scored, lambda call: spoken[call.call_id], DICTIONARY, JAPANESE)
    assert (found.by, found.with_outcome) == ("score", 0)
    assert parts_of(WORKS, found) and found.candidates[0].outcome is None


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (30, "通話 30 件"),
        (41, "20 件以上の通話で"),
        (1600, "結果の良いものと良くないものの両方がありません"),
    ],
)
def test_where_nothing_can_be_compared_it_says_what_is_missing(calls: int, words: str) -> None:
    told, spoken = centre(1, 0.9)
    all_good = [replace(call, good=True) for call in told[:calls]]
    found = discover(all_good, lambda call: spoken[call.call_id], DICTIONARY, JAPANESE)
    assert (found.candidates, found.tested) == ((), 0)
    assert found.missing is not None and words in found.missing.ja


def test_where_nothing_is_sure_it_says_so() -> None:
    found = next(found for seed in range(1, 6) if not (found := discovered(seed, 0.0)).candidates)
    assert found.missing is not None and f"比べた {found.tested} 個" in found.missing.ja


def test_where_the_dictionary_knows_all_it_says_so() -> None:
    told, spoken = centre(1, 0.9)
    known = (Phrase(f"enablement.{n}", "enablement", c.text) for n, c in enumerate(discovered(1, 0.9).candidates))
    every = PhraseSet((*DICTIONARY.phrases, *known))
    found = discover(told, lambda call: spoken[call.call_id], every, JAPANESE)
    assert found.candidates == ()
    assert found.missing is not None and "どれも辞書にあります" in found.missing.ja

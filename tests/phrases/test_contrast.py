"""Pairs of sentences with the same phrase, one of which takes it back. The bar is 95 % of each side.

What the test measures is a floor against regressions, not what to expect of new sentences. At first sight, before the
rules were mended by them, the first 343 pairs had 85.7 % of the cancelled sentences recognised and 99.4 % of the others
kept; of 42 pairs in another style, written after the first mending, it was 66.7 % and 97.6 %; of 24 more, written after
the second mending, 79.2 % and 100 %; of 144 in other trades, written before the third, 51.4 % and 99.3 %. The third was
made with every other one of these: of the 72 that it did not look at, 91.7 % and 97.2 % were right after it, and of 36
written afterwards 91.7 % and 100 %. Of 66 single sentences of another hand 73.5 % and 100 % were right at first sight,
of 40 more, after the rules were mended by those, 75 % and 100 %.

Then the rules were made anew on clauses of base forms (clauses.py), in six rounds. Each round wrote a batch of fresh
pairs in ten trades, measured it, and mended the rules by classes of words and grammar. At first sight, cancelled and
kept, with the words-only rules from before beside them:

    batch 1   35/65  54 %   64/65            before 35/65  54 %
    batch 2   51/73  70 %   71/73            before 36/73  49 %
    batch 3   56/72  78 %   72/72            before 38/72  53 %
    batch 4   42/73  58 %   73/73            before 30/73  41 %   the oddest turns of phrase
    batch 5   58/70  83 %   68/70            before 44/70  63 %   more usual ones, as in batch 6
    batch 6   63/69  91 %   68/69            before 47/69  68 %

A seventh, of another hand that had not seen the rules, half of it usual and half odd wording, found at first sight

    usual     72/80  90 %   79/80
    odd       55/80  69 %   71/80

and, once the rules were mended by every other pair, 69 and 75 of the 80 others (66 and 75 before). Then these mended
them, too. What a customer asks of an order (もう発送されていますか) was no part of the rules before.

Sentences in which the phrase was not even found (one in batch 2, two in 6; the phrases were put right) count as
wrong. Of 42 that only look cancelled (holds.tsv, the second part) 33 were
kept at first sight by the new rules and 36 by the old ones; the rules were mended by them, too.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet, speaker_of
from phrases.japanese import Japanese
from phrases.matcher import Hit, Matcher
from phrases.scope import CANCELLATIONS

BAR = 0.95
HOLDS_BAR = 0.93


@cache
def pairs() -> list[tuple[str, str, str, str, str]]:
    """(reason, category, phrase, sentence that holds, sentence that is cancelled)"""
    rows: list[tuple[str, str, str, str, str]] = []
    reason = ""
    for line in (Path(__file__).parent / "contrast.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            reason = line.removeprefix("## ")
        elif line and not line.startswith("#"):
            category, phrase, holds, cancelled = line.split("\t")
            rows.append((reason, category, phrase, holds, cancelled))
    return rows


def hits(category: str, phrase: str, sentence: str, japanese: Japanese) -> tuple[Hit, ...]:
    entry = Phrase("p", category, phrase)  # type: ignore[arg-type]
    line = Line(speaker_of(entry.category), sentence)
    return Matcher(PhraseSet((entry,)), japanese).match([line]).hits


def sentences_that_hold() -> list[tuple[str, str, str]]:
    """(category, phrase, sentence) that only looks cancelled: 解約金もかかりません, ご遠慮なく, もしよろしければ"""
    text = (Path(__file__).parent / "holds.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(category, phrase, sentence) for category, phrase, sentence in rows]


def test_there_are_at_least_300_pairs_for_all_reasons() -> None:
    assert len(set(pairs())) >= 300
    assert {reason for reason, *_ in pairs()} == set(CANCELLATIONS)


@pytest.mark.slow
def test_what_is_taken_back_is_cancelled_and_what_holds_is_kept(japanese: Japanese) -> None:
    kept, cancelled, total = 0, Counter[str](), Counter[str]()
    for reason, category, phrase, holds, taken_back in pairs():
        total[reason] += 1
        kept += any(hit.cancelled_by is None for hit in hits(category, phrase, holds, japanese))
        found = hits(category, phrase, taken_back, japanese)
        cancelled[reason] += bool(found) and all(hit.cancelled_by is not None for hit in found)
    shares = {reason: f"{cancelled[reason]}/{count}" for reason, count in total.items()}
    assert kept / total.total() >= BAR
    assert cancelled.total() / total.total() >= BAR, shares


@pytest.mark.slow
def test_what_only_looks_cancelled_is_kept(japanese: Japanese) -> None:
    rows = sentences_that_hold()
    lost = [row for row in rows if all(hit.cancelled_by for hit in hits(*row, japanese))]
    assert len(lost) / len(rows) <= 1 - HOLDS_BAR, lost


@pytest.mark.slow
@pytest.mark.parametrize(
    ("category", "phrase", "holds", "taken_back"),
    [
        ("satisfaction", "ぐっすり", "夜もぐっすりと眠れました。", "夜はぐっすりと眠れません。"),
        ("interest", "お試しセット", "お試しセットはいくらですか。", "お試しセットは、もう発送されていますか。"),
        ("enablement", "説明会", "説明会を開きましょう。", "説明会なんですけど、もう開かれたかどうかご存じですか。"),
        ("interest", "借りてみたい", "私は借りてみたいんです。", "借りてみたいって話したのは弟です。"),
        ("proposal", "上級コース", "上級コースはいかがですか。", "上級コースへの変更は受付でなさいましたか。"),
    ],
)  # fmt: skip
def test_these_turns_of_phrase_are_told_apart_each_by_itself(
    category: str, phrase: str, holds: str, taken_back: str, japanese: Japanese
) -> None:
    assert any(hit.cancelled_by is None for hit in hits(category, phrase, holds, japanese))
    found = hits(category, phrase, taken_back, japanese)
    assert found and all(hit.cancelled_by for hit in found)

"""Pairs of sentences with the same phrase, one of which takes it back. The bar is 95 % of each side.

What the test measures is a floor against regressions, not what to expect of new sentences. At first sight, before the
rules were mended by them, the first 343 pairs had 85.7 % of the cancelled sentences recognised and 99.4 % of the others
kept; of 42 pairs in another style, written after the first mending, it was 66.7 % and 97.6 %; of 24 more, written after
the second mending, 79.2 % and 100 %; of 144 in other trades, written before the third, 51.4 % and 99.3 %. The third was
made with every other one of these: of the 72 that it did not look at, 91.7 % and 97.2 % were right after it, and of 36
written afterwards 91.7 % and 100 %. Of 66 single sentences of another hand 73.5 % and 100 % were right at first sight,
of 40 more, after the rules were mended by those, 75 % and 100 %.
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

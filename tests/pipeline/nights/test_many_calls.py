"""A night is one process for thousands of calls: what is done with their words must not pile up (F5)."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phrases.entry import Phrase, PhraseSet
from phrases.matcher import Matcher
from pipeline.records import Transcript, Utterance
from pipeline.settings import PrivacySettings
from pipeline.speech.masking import masked_transcript
from pipeline.speech.reader import Reader
from pipeline.text.tagging import tag_transcript

CALLS, WARM = 1000, 200
NAMED_EVERY = 5  # GiNZA looks for a name in every fifth call, and parses a sentence of it
FLAT_MIB = 8  # over 800 calls: 10 KiB each


def odd_names() -> Iterator[str]:
    """Names that no dictionary knows, so that every call brings words of its own."""
    return ("".join(letters) for letters in itertools.permutations("アオカケサセタネハフマヨラロ", 6))


def call(name: str, is_named: bool) -> Transcript:
    lines = [
        ("operator", "お電話ありがとうございます。こちらのプランがおすすめです。"),
        ("customer", f"{name}が動かないです。"),
    ]
    if is_named:
        lines += [("customer", f"{name}と申しますが、解約したいわけではないんです。")]
    said = (Utterance("operator" if who == "operator" else "customer", text) for who, text in lines)
    return Transcript(name, None, None, {}, tuple(said))


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@pytest.mark.slow
def test_f5_a_thousand_calls_in_one_process_leave_nothing_behind() -> None:
    matcher = Matcher(PhraseSet((Phrase("c.leave", "churn_risk", "解約したい"),)))
    reader, before = Reader(), 0.0
    for number, name in zip(range(CALLS), odd_names(), strict=False):
        transcript = call(name, number % NAMED_EVERY == 0)
        masked = masked_transcript(transcript, PrivacySettings(), reader.find_names)
        assert all(name not in u.text for u in masked.utterances[2:])
        assert reader.reading(masked.utterances[1].text)
        assert all(tag.cancelled_by for tag in tag_transcript(masked, matcher))
        if number == WARM:
            before = resident_mib()
    assert resident_mib() - before < FLAT_MIB

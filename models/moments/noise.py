"""What a speech recogniser does to a sentence, imitated: kana, homophones, lost punctuation, fillers, cuts.

`confusions.tsv` lists, for each word written with kanji, its kana spellings and words that sound the same.
"""

import functools
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.moments.labels import Call, Sentence

CONFUSIONS = Path(__file__).parent.parent / "training" / "confusions.tsv"
FILLERS = ("えーと", "えっと", "あの", "あのー", "その", "まあ", "ええと", "なんか", "えー")
WORD_RATE = 0.18  # of the words with a known confusion
FILLER_RATE = 0.08  # of the sentences
CUT_RATE = 0.3  # of the commas: Whisper made 1,951 sentences of 1,361, ending them where the speaker took breath
DROP_RATE = 0.01  # of the characters
SHORTEST_CUT = 4  # characters
LONGEST_WORD = 6
LONGEST_EXCERPT = 4  # sentences


@functools.cache
def confusions() -> dict[str, tuple[str, ...]]:
    """Word → what a recogniser may write instead."""
    lines = CONFUSIONS.read_text(encoding="utf-8").splitlines()
    return {word: tuple(others) for word, *others in (line.split("\t") for line in lines)}


def recognised(calls: Sequence[Call], seed: int) -> list[Call]:
    """All the calls as a recogniser might write them, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311
    return [as_recognised(call, rng) for call in calls]


def excerpts(calls: Sequence[Call], seed: int) -> list[Call]:
    """All the calls cut into pieces of one to `LONGEST_EXCERPT` sentences: what is said without a call around it."""
    rng = random.Random(seed)  # noqa: S311
    pieces = []
    for call in calls:
        start = 0
        while start < len(call.sentences):
            end = start + rng.randint(1, LONGEST_EXCERPT)
            pieces.append(call.part(start, end))
            start = end
    return pieces


def as_recognised(call: Call, rng: random.Random) -> Call:
    """The same call as a recogniser might write it. A cut sentence keeps its labels on the longer part."""
    punctuation = rng.choice(("kept", "spaces", "none", "commas"))
    sentences: list[Sentence] = []
    labels: list[frozenset[str]] = []
    judged: list[frozenset[str]] = []
    for number, (sentence, its_labels) in enumerate(zip(call.sentences, call.labels, strict=True)):
        parts = _cut(sentence.text, rng)
        longest = max(range(len(parts)), key=lambda index: len(parts[index]))
        for index, part in enumerate(parts):
            sentences.append(Sentence(sentence.speaker, noisy(part, punctuation, rng)))
            labels.append(its_labels if index == longest else frozenset())
            judged += call.judged[number : number + 1]
    return replace(call, sentences=tuple(sentences), labels=tuple(labels), judged=tuple(judged))


def noisy(text: str, punctuation: str, rng: random.Random) -> str:
    """One sentence with misheard words, a filler, dropped characters and the given punctuation."""
    text = _mishear(text, rng)
    text = "".join(char for char in text if rng.random() >= DROP_RATE)
    if rng.random() < FILLER_RATE:
        text = rng.choice(FILLERS) + rng.choice(("、", "")) + text
    match punctuation:
        case "spaces":
            text = re.sub(r"[。、？！]+", " ", text).strip()
        case "none":
            text = re.sub(r"[。、？！]+", "", text)
        case "commas":
            text = re.sub(r"[。？！]+", "、", text).strip("、")
    return text


def _mishear(text: str, rng: random.Random) -> str:
    known, out, at = confusions(), [], 0
    while at < len(text):
        word = next((text[at : at + n] for n in range(LONGEST_WORD, 0, -1) if text[at : at + n] in known), None)
        if word is None:
            out.append(text[at])
            at += 1
            continue
        out.append(rng.choice(known[word]) if rng.random() < WORD_RATE else word)
        at += len(word)
    return "".join(out)


def _cut(text: str, rng: random.Random) -> list[str]:
    """The sentence in pieces, each but the last ending with the full stop that a recogniser puts there."""
    ends = [match.end() for match in re.finditer("、", text) if rng.random() < CUT_RATE]
    pieces, start = [], 0
    for end in ends:
        if end - start >= SHORTEST_CUT and len(text) - end >= SHORTEST_CUT:
            pieces.append(text[start : end - 1] + "。")
            start = end
    return [*pieces, text[start:]]

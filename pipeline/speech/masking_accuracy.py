"""How well personal data is found: precision and recall per type on conversations with every datum marked.

`masking_cases.csv` holds utterances as a recogniser writes them, with invented persons; `[kind:text]` marks what must
be masked, everything else must stay. The part `rules` was there when the rules were written; `second` to `fifth` were
written one after the other, each after the rules had been mended by the one before, to find what they still miss.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.records import Speaker, Utterance
from pipeline.speech.masking import FindMore, mask

CASES = Path(__file__).parent / "masking_cases.csv"
MARK = re.compile(r"\[([a-z_]+):([^\]]+)\]")
LENGTH_MS, PAUSE_MS = 2500, 500

Character = tuple[int, int]  # utterance, position in its text


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation, and the kind of every character in it that is personal."""

    part: str
    utterances: tuple[Utterance, ...]
    personal: dict[Character, str]


@dataclass(frozen=True, slots=True)
class Found:
    """Characters of one kind over all cases: personal ones, masked ones, and those that are both."""

    wanted: int
    masked: int
    right: int

    @property
    def recall(self) -> float:
        """Share of the personal characters that is masked."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Share of the masked characters that is personal."""
        return self.right / self.masked if self.masked else 1.0


def read_cases(path: Path = CASES) -> list[Case]:
    """The conversations of a file, in order. Raises `BadInput` where it cannot be read as such."""
    lines: dict[tuple[str, str], list[tuple[Speaker, str]]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                who: Speaker = "operator" if row["speaker"] == "operator" else "customer"
                lines[row["part"], row["case"]].append((who, row["text"]))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise BadInput(Text(f"{path} を読めません({error!r})", f"Cannot read {path} ({error!r})")) from None
    return [_case(part, spoken) for (part, _), spoken in lines.items()]


def _case(part: str, spoken: Sequence[tuple[Speaker, str]]) -> Case:
    utterances: list[Utterance] = []
    personal: dict[Character, str] = {}
    for index, (who, marked) in enumerate(spoken):
        text = ""
        for kind, plain in _parts(marked):
            personal |= {(index, len(text) + i): kind for i in range(len(plain)) if kind}
            text += plain
        start_ms = index * (LENGTH_MS + PAUSE_MS)
        channel = 0 if who == "operator" else 1
        utterances.append(Utterance(who, text, channel, start_ms, start_ms + LENGTH_MS))
    return Case(part, tuple(utterances), personal)


def _parts(marked: str) -> Iterator[tuple[str, str]]:
    at = 0
    for match in MARK.finditer(marked):
        yield "", marked[at : match.start()]
        yield match.group(1), match.group(2)
        at = match.end()
    yield "", marked[at:]


def masked_characters(case: Case, find_names: FindMore | None) -> dict[Character, str]:
    """Every character that the product masks, with the kind it takes it for."""
    masked, ranges = mask(case.utterances, find_names)
    kinds = {item.utterance: item.kind for item in ranges}  # near enough: a sentence rarely holds two
    return {
        (index, at): case.personal.get((index, at), kinds.get(index, ""))
        for index, (before, after) in enumerate(zip(case.utterances, masked, strict=True))
        for at, (old, new) in enumerate(zip(before.text, after.text, strict=True))
        if old != new
    }


def measure(cases: Sequence[Case], find_names: FindMore | None) -> dict[str, Found]:
    """Counts per kind."""
    wanted, masked, right = Counter[str](), Counter[str](), Counter[str]()
    for case in cases:
        hidden = masked_characters(case, find_names)
        wanted.update(case.personal.values())
        masked.update(hidden.values())
        right.update(kind for spot, kind in hidden.items() if spot in case.personal)
    return {kind: Found(wanted[kind], masked[kind], right[kind]) for kind in sorted(wanted | masked)}


def as_json(cases: Sequence[Case], found: dict[str, Found]) -> dict[str, Any]:
    """The document of `kouken evaluate masking --json`."""
    kinds = {
        kind: {"precision": round(f.precision, 4), "recall": round(f.recall, 4), "characters": f.wanted}
        for kind, f in found.items()
    }
    return {"conversations": len(cases), "sentences": sum(len(case.utterances) for case in cases), "kinds": kinds}

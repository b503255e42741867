"""Calls for `kouken bench tag`: dialogues of a folder, or the scripts that ship as training data, over and over.

The scripts have turns as long as those of real calls, but were written to hold moments: of every three sentences that
bear a label two are left out, so that about one sentence in ten bears one.
"""

import gzip
import json
from collections.abc import Iterator
from itertools import count, groupby
from pathlib import Path
from typing import Any

from phrases.dialogue import Line

SCRIPTS = Path(__file__).parent.parent.parent / "models" / "training" / "calls"
LONGEST_CALL = 200  # lines; a dialogue that names no id is cut there

Call = list[Line]


def calls_from(folder: Path | None) -> Iterator[Call]:
    """Dialogues (*.jsonl, *.jsonl.gz) by `dialogue_id`, once; without folder the scripts, endlessly.

    A row is a turn with `text` and `speaker` (or `speaker_role`), or a whole call with `turns`.
    """
    if folder is None:
        for number in count():
            for call in _calls(SCRIPTS):
                yield _numbered(call, number)
    else:
        yield from _calls(folder)


def take(calls: Iterator[Call], lines: int) -> list[Call]:
    """Calls until they have that many lines together, the last one cut."""
    taken: list[Call] = []
    while lines > 0 and (call := next(calls, None)):
        taken.append(call[:lines])
        lines -= len(call)
    return taken


def _calls(folder: Path) -> Iterator[Call]:
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as rows:
            items = (json.loads(row) for row in rows)
            for name, said in groupby(items, lambda item: item.get("dialogue_id") or item.get("call_id")):
                lines = [line for item in said for line in _lines(item)]
                size = len(lines) if name else LONGEST_CALL
                yield from (lines[first : first + size] for first in range(0, len(lines), max(size, 1)))


def _lines(item: dict[str, Any]) -> Iterator[Line]:
    if "turns" in item:
        for turn in item["turns"]:
            for number, sentence in enumerate(turn["sentences"]):
                if not sentence["labels"] or (len(sentence["text"]) + number) % 3 == 0:
                    yield Line(turn["speaker"], sentence["text"])
    else:
        yield Line(item.get("speaker_role") or item.get("speaker", "unknown"), item["text"])


def _numbered(call: Call, number: int) -> Call:
    """The same call of another day: no two lines are equal, so that nothing is gained by having met them before."""
    return [Line(line.speaker, f"{number}番、{line.text}") for line in call] if number else call

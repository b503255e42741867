"""`kouken bench tag`: the dictionary against the plain way, and how fast stored speech is searched again.

The plain way runs the whole GiNZA pipeline on every utterance and spaCy's PhraseMatcher on normalised forms. Both ways
look for the same literal phrases; ours carries the queries of the starter dictionary, all levels and scope besides.
Times are processor time; rates are medians of repeats; what is measured on fewer utterances is scaled to a million.
"""

import re
import resource
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.files import load_starter
from phrases.matcher import Matcher, compiled
from phrases.plain import PlainMatcher
from phrases.tree import positive_sequences
from pipeline.benchmarks.bench import bar, machine
from pipeline.text.bench_speech import Call, calls_from, take
from pipeline.text.stored_benchmark import search_stored

ENTRIES = 500
SHORTEST_LITERAL = 4
PLAIN_LINES, OUR_LINES, STORED_LINES, LONG_LINES = 400, 6_000, 50_000, 1_000_000
REPEATS = 3
LIMITS = {
    "speed_ratio": 30,
    "lost_hits": 0,
    "retag_seconds_per_million": 60,
    "phrase_test_seconds": 1,
    "diff_seconds": 3,
}

_VOLITION = re.compile("[おこそとのもよろごぞどぼぽょ]う")
_CONDITION = re.compile("[ただ]ら$")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows for the table and the values of the bars."""

    rows: list[dict[str, Any]]
    values: dict[str, float]


def bench_tag(data: Path | None, report: Report, *, long: bool = False) -> dict[str, Any]:
    """Rows and bars as interfaces promise them. `data`: a folder of dialogues (see bench_speech.py).

    Without `data` the speech is that of the scripts that ship. `long` searches a million utterances, each search once
    (about ten minutes), instead of 50,000.
    """
    literals = literal_entries(load_starter(), ENTRIES)
    speed = _speed(take(calls_from(data), OUR_LINES), literals, report)
    lines, repeats = (LONG_LINES, 1) if long else (STORED_LINES, REPEATS)
    stored = search_stored(calls_from(data), lines, repeats, report)
    values = speed.values | stored.values
    return {
        "bench": "tag",
        "machine": machine(),
        "rows": speed.rows + stored.rows,
        "bars": [bar(name, values[name], LIMITS[name], at_least=name == "speed_ratio") for name in LIMITS],
    }


def literal_entries(phrase_set: PhraseSet, number: int) -> PhraseSet:
    """Literal phrases taken from the queries of a dictionary: first those its examples say, then spread evenly.

    Only spellings that stand alone: what is joined to others by a gap (ございますか) nobody would enter by itself.
    """
    found: dict[str, Phrase] = {}
    said: list[Phrase] = []
    for phrase, node in compiled(phrase_set):
        alone = (sequence for sequence in positive_sequences(node) if len(sequence.stretches) == 1)
        stretches = (sequence.stretches[0] for sequence in alone)
        for spelling in (spelling for stretch in stretches for spelling in stretch.spellings):
            if len(spelling) < SHORTEST_LITERAL or spelling in found:
                continue
            found[spelling] = Phrase(f"literal.{len(found)}", phrase.category, f'"{spelling}"')
            if any(spelling in example for example in phrase.examples):
                said.append(found[spelling])
    chosen = dict.fromkeys(said[:number])
    others = [entry for entry in found.values() if entry not in chosen]
    missing = number - len(chosen)
    return PhraseSet((*chosen, *(others[len(others) * index // missing] for index in range(missing))))


def _speed(calls: Sequence[Call], literals: PhraseSet, report: Report) -> Measured:
    ours = Matcher(PhraseSet(literals.phrases + load_starter().phrases, load_starter().lists))
    plain = PlainMatcher(literals)
    ours.match(calls[0])
    ours.japanese.parse("準備です")  # loading is not tagging
    few = take(iter(calls), PLAIN_LINES)
    said = [Line(phrase.speaker, phrase.examples[0]) for phrase in load_starter().phrases][:PLAIN_LINES]
    report("plain way")
    plain_rates = _rates(plain.match, few)
    report("our way")
    before = _memory_mib()
    our_rates = _rates(ours.match, calls)
    grown = round(_memory_mib() - before, 1)
    compared = [_compared(plain, ours, literals, part) for part in (*few, said)]
    same, other, lost = (sum(counts) for counts in zip(*compared, strict=True))
    rows: list[dict[str, Any]] = [
        {"way": "plain", "entries": ENTRIES, "utterances": _size(few), "per_cpu_second": round(median(plain_rates), 1),
         "hits_compared": same, "hits_of_another_sense": other},
        {"way": "kouken", "entries": ENTRIES + len(load_starter().phrases), "utterances": _size(calls),
         "per_cpu_second": round(median(our_rates), 1), "memory_growth_mib": grown},
    ]  # fmt: skip
    return Measured(rows, {"speed_ratio": median(our_rates) / median(plain_rates), "lost_hits": lost})


def _size(calls: Iterable[Call]) -> int:
    return sum(map(len, calls))


def _rates(match: Callable[[Sequence[Line]], object], calls: Sequence[Call]) -> list[float]:
    """Utterances per processor second of every repeat."""
    rates: list[float] = []
    for _ in range(REPEATS):
        start = process_time()
        for call in calls:
            match(call)
        rates.append(_size(calls) / (process_time() - start))
    return rates


def _compared(plain: PlainMatcher, ours: Matcher, literals: PhraseSet, lines: Sequence[Line]) -> tuple[int, int, int]:
    """Hits of the plain way to be found again, those of another sense, and those that our way lost.

    The plain way knows no speakers, so only the entry's own speaker counts. It takes ましょう for ます; a hit where
    just one side, phrase or words found, has the volitional form says something else and is counted apart, and so is
    だったら found as だった.
    """
    hits = {hit for hit in plain.match(lines) if literals.by_id[hit.phrase_id].speaker == lines[hit.line].speaker}
    same = {hit for hit in hits if _sense(hit.text) == _sense(literals.by_id[hit.phrase_id].phrase.strip('"'))}
    found = {(span.line, hit.phrase_id) for hit in ours.match(lines).hits for span in hit.spans}
    return len(same), len(hits - same), len({(hit.line, hit.phrase_id) for hit in same} - found)


def _sense(text: str) -> tuple[bool, bool]:
    return bool(_VOLITION.search(text)), bool(_CONDITION.search(text))


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

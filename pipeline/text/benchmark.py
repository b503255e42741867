"""`kouken bench tag`: the dictionary against the plain way, and how fast stored speech is searched again.

The plain way runs the whole GiNZA pipeline on every utterance and spaCy's PhraseMatcher on normalised forms. Both ways
look for the same literal phrases; ours carries the queries of the starter dictionary, all levels and scope besides.
Times are processor time; rates are medians of repeats; what is measured on fewer utterances is scaled to a million.
"""

import gzip
import json
import re
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.diff import diff_hits
from phrases.entry import Phrase, PhraseSet
from phrases.files import load_starter
from phrases.history import try_on_history
from phrases.lint import COURTESIES
from phrases.matcher import Matcher, compiled
from phrases.plain import PlainMatcher
from phrases.tree import positive_sequences
from pipeline.bench import bar, machine

ENTRIES = 500
SHORTEST_LITERAL = 4
CALL_LINES = 40
PLAIN_LINES, OUR_LINES, STORED_LINES, LONG_LINES = 400, 6_000, 20_000, 1_000_000
REPEATS = 3
EDITED = 10
LIMITS = {
    "speed_ratio": 30,
    "lost_hits": 0,
    "retag_seconds_per_million": 60,
    "phrase_test_seconds": 1,
    "diff_seconds": 3,
}
QUERIES = (
    "おすすめ",
    "解約",
    "お見積もり〜送り",
    "よろしければ〜いかが",
    "追加料金",
    "使ってみたい",
    "一緒に設定",
    "年払い",
    "料",
)

_VOLITION = re.compile("[おこそとのもよろごぞどぼぽょ]う")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows for the table and the values of the bars."""

    rows: list[dict[str, Any]]
    values: dict[str, float]


def bench_tag(data: Path | None, report: Report, *, long: bool = False) -> dict[str, Any]:
    """Rows and bars as interfaces promise them. `data`: a folder of dialogues (*.jsonl, *.jsonl.gz with `text`).

    Without `data` the speech is made from the dictionary's own examples among ordinary sentences. `long` searches a
    million utterances (about ten minutes) instead of 20,000.
    """
    lines = list(islice(_lines(data), LONG_LINES if long else STORED_LINES))
    report(f"{len(lines)} utterances")
    literals = literal_entries(load_starter(), ENTRIES)
    speed = _speed(lines, literals, report)
    stored = _stored(lines, report)
    values = speed.values | stored.values
    return {
        "bench": "tag",
        "machine": machine(),
        "rows": speed.rows + stored.rows,
        "bars": [bar(name, values[name], LIMITS[name], at_least=name == "speed_ratio") for name in LIMITS],
    }


def literal_entries(phrase_set: PhraseSet, number: int) -> PhraseSet:
    """Literal phrases taken from the queries of a dictionary: first those its examples say, then spread evenly."""
    found: dict[str, Phrase] = {}
    said: list[Phrase] = []
    for phrase, node in compiled(phrase_set):
        stretches = (stretch for sequence in positive_sequences(node) for stretch in sequence.stretches)
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


def _speed(lines: Sequence[Line], literals: PhraseSet, report: Report) -> Measured:
    ours = Matcher(PhraseSet(literals.phrases + load_starter().phrases, load_starter().lists))
    plain = PlainMatcher(literals)
    ours.match(lines[:CALL_LINES])
    ours.japanese.parse("準備です")  # loading is not tagging
    few, many = lines[:PLAIN_LINES], lines[:OUR_LINES]
    said = [Line(phrase.speaker, phrase.examples[0]) for phrase in load_starter().phrases][:PLAIN_LINES]
    report("plain way")
    plain_rates = _rates(plain.match, few)
    report("our way")
    before = _memory_mib()
    our_rates = _rates(ours.match, many)
    grown = round(_memory_mib() - before, 1)
    compared = [_compared(plain, ours, literals, part) for part in (few, said)]
    same, other, lost = (sum(counts) for counts in zip(*compared, strict=True))
    rows: list[dict[str, Any]] = [
        {"way": "plain", "entries": ENTRIES, "utterances": len(few), "per_cpu_second": round(median(plain_rates), 1),
         "hits_compared": same, "hits_that_ignore_volition": other},
        {"way": "kouken", "entries": ENTRIES + len(load_starter().phrases), "utterances": len(many),
         "per_cpu_second": round(median(our_rates), 1), "memory_growth_mib": grown},
    ]  # fmt: skip
    return Measured(rows, {"speed_ratio": median(our_rates) / median(plain_rates), "lost_hits": lost})


def _rates(match: Callable[[Sequence[Line]], object], lines: Sequence[Line]) -> list[float]:
    """Utterances per processor second of every repeat."""
    rates: list[float] = []
    for _ in range(REPEATS):
        start = process_time()
        for first in range(0, len(lines), CALL_LINES):
            match(lines[first : first + CALL_LINES])
        rates.append(len(lines) / (process_time() - start))
    return rates


def _compared(plain: PlainMatcher, ours: Matcher, literals: PhraseSet, lines: Sequence[Line]) -> tuple[int, int, int]:
    """Hits of the plain way to be found again, those of another sense, and those that our way lost.

    The plain way knows no speakers, so only the entry's own speaker counts. It takes ましょう for ます; a hit where
    just one side, phrase or words found, has the volitional form says something else and is counted apart.
    """
    hits = {hit for hit in plain.match(lines) if literals.by_id[hit.phrase_id].speaker == lines[hit.line].speaker}
    same = {hit for hit in hits if _wills(hit.text) == _wills(literals.by_id[hit.phrase_id].phrase)}
    found = {(span.line, hit.phrase_id) for hit in ours.match(lines).hits for span in hit.spans}
    return len(same), len(hits - same), len({(hit.line, hit.phrase_id) for hit in same} - found)


def _wills(text: str) -> bool:
    return bool(_VOLITION.search(text))


def _stored(lines: Sequence[Line], report: Report) -> Measured:
    report("stored speech")
    archive, matcher = Archive(), Matcher(PhraseSet(()))
    for first in range(0, len(lines), CALL_LINES):
        part = lines[first : first + CALL_LINES]
        archive.add(str(first), part, matcher.analyse(part)[0])
    japanese, starter = matcher.japanese, load_starter()
    japanese.parse("準備です")
    step = max(len(starter.phrases) // EDITED, 1)
    edited = PhraseSet(starter.phrases[::step][:EDITED], starter.lists)
    first_entry = starter.phrases[0]
    changed = replace(first_entry, phrase=first_entry.phrase + " OR 試してみませんか")
    new = PhraseSet((changed, *starter.phrases[1:]), starter.lists)

    def per_million(search: Callable[[Archive], object]) -> float:
        """What compiling the entries costs is paid once, whatever the size of the archive."""
        fixed = _seconds(lambda: search(Archive()))
        return fixed + max(_seconds(lambda: search(archive)) - fixed, 0.0) * 1_000_000 / archive.lines

    def tried(query: str) -> float:
        return per_million(lambda stored: try_on_history(stored, _one(query), japanese))

    retag = per_million(lambda stored: sum(1 for _ in stored.hits(edited, japanese)))
    full = per_million(lambda stored: sum(1 for _ in stored.hits(starter, japanese)))
    tests = [tried(query) for query in QUERIES]
    diff = per_million(lambda stored: diff_hits(stored, starter, new, japanese))
    rows: list[dict[str, Any]] = [
        {"search": f"re-tagging after an edit of {EDITED} entries", "cpu_seconds_per_million": round(retag, 1)},
        {"search": f"re-tagging with all {len(starter.phrases)} entries", "cpu_seconds_per_million": round(full, 1)},
        {"search": "one phrase, median", "cpu_seconds_per_million": round(median(tests), 2)},
        {"search": "one phrase, slowest", "cpu_seconds_per_million": round(max(tests), 2)},
        {"search": "diff of one entry", "cpu_seconds_per_million": round(diff, 2)},
    ]
    values = {"retag_seconds_per_million": retag, "phrase_test_seconds": median(tests), "diff_seconds": diff}
    return Measured(rows, values)


def _one(query: str) -> PhraseSet:
    return PhraseSet((Phrase("query", "proposal", query),))


def _seconds(action: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(REPEATS):
        start = process_time()
        action()
        times.append(process_time() - start)
    return median(times)


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _lines(data: Path | None) -> Iterator[Line]:
    return _read(data) if data else _made()


def _read(folder: Path) -> Iterator[Line]:
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as rows:
            for row in rows:
                item = json.loads(row)
                yield Line(item.get("speaker_role") or item.get("speaker", "unknown"), item["text"])


_ORDINARY = (
    "ご契約番号の下四桁は{}番でお間違いないでしょうか。", "はい、{}番です。", "画面の右上に数字の{}は出ていますか。",
    "{}時ごろに一度電話したんですけど。", "確認しますので、{}分ほどお待ちください。", "住所は{}丁目のままです。",
    "それでは{}日の午前に伺います。", "ええと、{}回くらい押しました。", "ランプは{}秒ごとに点滅していますか。",
    "請求書は{}円です。", "かしこまりました、{}件目ですね。", "色は{}番のほうでした。",
)  # fmt: skip


def _made() -> Iterator[Line]:
    """Endless dialogue: ordinary sentences, and one of the dictionary's examples in twenty."""
    examples = [(phrase.speaker, text) for phrase in load_starter().phrases
                for text in (*phrase.examples, *phrase.counter_examples)]  # fmt: skip
    for number in count():
        if number % 20 == 7:
            speaker, text = examples[number // 20 % len(examples)]
            yield Line(speaker, text)
        elif number % 5 == 0:
            yield Line("operator" if number % 2 else "customer", COURTESIES[number % len(COURTESIES)])
        else:
            text = _ORDINARY[number % len(_ORDINARY)].format(number % 977)
            yield Line("operator" if number % 2 else "customer", text)

"""Part of `kouken bench tag`: how fast stored speech is searched again.

Processor time. What is searched in fewer than a million utterances is scaled, the work that a trial may do included.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median
from time import process_time
from typing import Any

from phrases.archive import Archive
from phrases.diff import diff_hits
from phrases.entry import Phrase, PhraseSet
from phrases.files import load_starter
from phrases.history import A_PARSE, A_SECOND, try_on_history
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.search import Search, hits_in
from pipeline.text.bench_speech import Call

MILLION = 1_000_000
EDITED = 10
DIFFS = 5
WORDS = ("お見積もり〜送り", "よろしければ〜いかが", "追加料金", "使ってみたい", "一緒に設定", "年払い")
COMMON_WORDS = ("おすすめ", "設定", "解約", "ありがとう", "料", "はい", "です", "お", "の")  # said in up to every turn

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows for the table and the values of the bars."""

    rows: list[dict[str, Any]]
    values: dict[str, float]


class Searches:
    """Searches of an archive, each in processor seconds for a million utterances."""

    def __init__(self, archive: Archive, japanese: Japanese, repeats: int) -> None:
        self._archive, self._japanese, self._repeats = archive, japanese, repeats
        self._scale = MILLION / archive.lines

    def retag(self, phrase_set: PhraseSet) -> float:
        """Every hit of a dictionary."""
        return self._per_million(lambda stored: sum(1 for _ in hits_in(stored, phrase_set, self._japanese)))

    def trial(self, query: str) -> float:
        """One phrase, as an editor tries it: the scan grows with the archive, the rest up to the work of a trial."""
        entry, japanese = PhraseSet((Phrase("query", "proposal", query),)), self._japanese
        scan = self._seconds(lambda: Search(self._archive, entry, japanese))
        parsed, turns = japanese.parsed, sum(Search(self._archive, entry, japanese).turns.values())
        whole = self._seconds(lambda: try_on_history(self._archive, entry, japanese, most_work=A_SECOND))
        work = max(turns + A_PARSE * (japanese.parsed - parsed) / self._repeats, 1)
        growth = min(self._scale, max(A_SECOND / work, 1.0))
        return self._per_million(lambda stored: Search(stored, entry, japanese)) + max(whole - scan, 0.0) * growth

    def diff(self, old: PhraseSet, entry: Phrase) -> float:
        """A dictionary against the same with another way to say one entry."""
        edited = replace(entry, phrase=entry.phrase + " OR 試してみませんか")
        new = old.of(tuple(edited if phrase is entry else phrase for phrase in old.phrases))
        return self._per_million(lambda stored: diff_hits(stored, old, new, self._japanese))

    def _per_million(self, search: Callable[[Archive], object]) -> float:
        """What compiling the entries costs is paid once, whatever the size of the archive."""
        fixed = self._seconds(lambda: search(Archive()))
        return fixed + max(self._seconds(lambda: search(self._archive)) - fixed, 0.0) * self._scale

    def _seconds(self, action: Callable[[], object]) -> float:
        times: list[float] = []
        for _ in range(self._repeats):
            self._japanese.forget()
            start = process_time()
            action()
            times.append(process_time() - start)
        return median(times)


def search_stored(calls: Iterator[Call], lines: int, repeats: int, report: Report) -> Stored:
    """Keep calls until they have so many lines, then re-tag them, try phrases on them and compare edits."""
    report("stored speech")
    matcher = Matcher(PhraseSet(()))
    archive = _archive(calls, lines, matcher)
    matcher.japanese.parse("準備です")
    searches, starter = Searches(archive, matcher.japanese, repeats), load_starter()
    report("re-tagging")
    few = PhraseSet(starter.phrases[:: max(len(starter.phrases) // EDITED, 1)][:EDITED], starter.lists)
    retag, full = searches.retag(few), searches.retag(starter)
    report("trials of one phrase")
    words, common = [searches.trial(query) for query in WORDS], [searches.trial(query) for query in COMMON_WORDS]
    report("diffs of one entry")
    edited = (starter.phrases[len(starter.phrases) * number // DIFFS] for number in range(DIFFS))
    diffs = [searches.diff(starter, entry) for entry in edited]
    rows: list[dict[str, Any]] = [
        _row(f"re-tagging after an edit of {EDITED} entries", retag, 1),
        _row(f"re-tagging with all {len(starter.phrases)} entries", full, 1),
        _row("trial of one phrase, median", median(words)),
        *(_row(f"trial of {word}", seconds) for word, seconds in zip(COMMON_WORDS, common, strict=True)),
        _row("diff of one entry, median", median(diffs)),
        _row("diff of one entry, slowest", max(diffs)),
        {"search": "utterances searched", "utterances": archive.lines},
    ]
    slowest = max(*words, *common)
    return Stored(
        rows, {"retag_seconds_per_million": retag, "phrase_test_seconds": slowest, "diff_seconds": max(diffs)}
    )


def _archive(calls: Iterator[Call], lines: int, matcher: Matcher) -> Archive:
    archive = Archive()
    while archive.lines < lines and (call := next(calls, None)):
        archive.add(str(len(archive.turns)), call, matcher.analyse(call)[0])
    return archive


def _row(search: str, seconds: float, digits: int = 2) -> dict[str, Any]:
    return {"search": search, "cpu_seconds_per_million": round(seconds, digits)}

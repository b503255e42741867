"""Part of `kouken bench night`: what an edit of the dictionary costs the next night."""

import functools
import os
import random
import tempfile
import time
from collections.abc import Container, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.moments.data import TRAINING_CALLS, read_calls
from models.moments.labels import LABELS, Placed, Sentence
from phrases.entry import PhraseSet
from phrases.matcher import Matcher
from pipeline.benchmarks.bench import bar
from pipeline.benchmarks.night_benchmark import UTTERANCES, made_archive, never, start
from pipeline.dictionaries.dictionary import published_dictionary
from pipeline.language import Text
from pipeline.nights.night import Reader, Recognition
from pipeline.progress import Silent
from pipeline.records import AudioFacts, ModelInfo, Speaker, Transcript, Utterance
from pipeline.settings import MomentsSettings
from pipeline.speech.work import TranscribeTask
from pipeline.store import dictionary
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.store.postgres import spare_database
from pipeline.text.tagger import Tagger

CALLS = 500
SECONDS_PER_MILLION = 60.0
EDITED = ("appeal", "proposal", "churn_risk")  # one entry of each category, one night after each edit


def bench_retag(url: str = "", calls: int = CALLS) -> dict[str, Any]:
    """Rows by edit, and the bar of the dearest. `url`: a PostgreSQL that gets a database of its own; else SQLite."""
    with spare_database(url, f"kouken_bench_{os.getpid()}_edits") if url else nullcontext("") as own:
        rows = measure_retag(calls, own)
    dearest = max(row["cpu_s_per_million_utterances"] for row in rows)
    return {"rows": rows, "bars": [bar("retag_cpu_s_per_million", dearest, SECONDS_PER_MILLION)]}


def measure_retag(calls: int, url: str = "") -> list[dict[str, Any]]:
    """One row per edit: processor seconds of the night's tagging stage per million utterances.

    Utterances are sentences of the labelled calls that ship, in any order. The classifier only pretends, since earlier
    tags spare a night its work. GiNZA is loaded before the stage: it costs a night a second or so, however many calls
    it has, and would count fifty times here.
    """
    from pipeline.nightly import TAGGING, run_night

    with tempfile.TemporaryDirectory() as name:
        request, settings = made_archive(Path(name), calls, url)

        def night() -> float:
            clock = _StageClock(TAGGING)
            run_night(request, settings, clock, never, SPOKEN)
            return clock.seconds

        night()
        rows = []
        for category in EDITED:
            with open_store(settings.store_url) as store:
                entry = _edit(store, category)
            per_million = night() * 1e6 / (calls * UTTERANCES)
            rows.append(
                {"night": f"re-tag after an edit of {entry}", "cpu_s_per_million_utterances": round(per_million, 1)}
            )
    return rows


class _StageClock(Silent):
    """Processor seconds from the begin of one stage to the last of its items."""

    def __init__(self, name: Text) -> None:
        self.seconds, self._name, self._since = 0.0, name, 0.0

    def stage(self, name: Text, total: int) -> None:
        """Start where it is the one, look away where it is another."""
        self._since = time.process_time() if name == self._name else 0.0

    def step(self, item: str) -> None:
        """One item further."""
        if self._since:
            self.seconds = time.process_time() - self._since


def _edit(store: Store, category: str) -> str:
    """Publish the dictionary with another weight of the first entry of a category; its id."""
    phrase_set = published_dictionary(store)
    chosen = next(phrase for phrase in phrase_set.phrases if phrase.category == category)
    phrases = tuple(
        replace(phrase, weight=phrase.weight / 2) if phrase.id == chosen.id else phrase for phrase in phrase_set.phrases
    )
    with store.writing() as connection:
        dictionary.publish_items(connection, dictionary.items_of(phrase_set.of(phrases)), "draft", "bench", {})
    return chosen.id


@functools.cache
def _sentences() -> dict[Speaker, list[str]]:
    """What operators and customers say in the labelled calls that ship with the product."""
    said: dict[Speaker, list[str]] = {"operator": [], "customer": []}
    for call in read_calls(TRAINING_CALLS):
        for sentence in call.sentences:
            if sentence.speaker in said:
                said[sentence.speaker].append(sentence.text)
    return said


def _transcribe(task: TranscribeTask) -> Transcript:
    """A call of four minutes, another for every recording."""
    chosen = random.Random(task.relative)  # noqa: S311 - to be the same every time
    utterances = tuple(_utterance(index, chosen) for index in range(UTTERANCES))
    audio = AudioFacts(UTTERANCES * 6.0, 2, 8000, "made", "made", None, None)
    return Transcript(task.call_id, audio, ModelInfo("made", "1", "0" * 64), {"made": True}, utterances)


def _utterance(index: int, chosen: random.Random) -> Utterance:
    speaker: Speaker = "customer" if index % 2 else "operator"
    text = chosen.choice(_sentences()[speaker])
    return Utterance(speaker, text, index % 2, index * 6_000, index * 6_000 + 5_400, 0.9)


class _Unread:
    """A classifier that says nothing."""

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        """Nothing found."""
        return []


def _tagger(store: Store, settings: MomentsSettings) -> Reader:
    phrase_set: PhraseSet = published_dictionary(store)
    matcher = Matcher(phrase_set)
    matcher.japanese.parse("お電話ありがとうございます。")  # loads GiNZA
    return Tagger(matcher, _Unread(), phrase_set.version, "made", dict.fromkeys(LABELS, 0.5))


SPOKEN = Recognition(start, _transcribe, _tagger)

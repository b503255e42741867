"""A small support centre in a temporary folder, whose nights hear text files instead of sound."""

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.errors import ExitCode
from pipeline.nightly import run_night
from pipeline.nights.night import Reader, Recognition, Request, published_tagger
from pipeline.progress import Silent
from pipeline.records import Moment, Tag, Transcript
from pipeline.settings import MomentsSettings, Settings, SpeechSettings, StoreSettings, WorkSettings
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.store.reports import latest_report
from pipeline.store.schema import metadata
from tests.pipeline import fake_speech

PROPOSAL = (
    "O お電話ありがとうございます。\nC 容量が足りないんです。\n"
    "O よろしければ、追加ライセンスのお見積もりをお送りしましょうか。\nC はい、お願いします。\n"
    "O かしこまりました。\nO 少々お待ちくださいませ。\n"
)
PLAIN = "O お電話ありがとうございます。\nC 住所を変えたいんですが。\nO かしこまりました。\n" * 3
CALLS = "call_id,started_at,operator_id,recording,contract_id\n"


class QuickTagger:
    """Finds one phrase by plain search: what the night does with tags is the same, and it loads nothing."""

    dictionary_version, rules_version = "quick-1", "quick-1"

    def read(self, transcript: Transcript) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]:
        found = [
            (index, said.text.index("お見積もり"))
            for index, said in enumerate(transcript.utterances)
            if "お見積もり" in said.text and said.speaker == "operator"
        ]
        if any("タグ付けを壊す" in said.text for said in transcript.utterances):
            raise ValueError("お客様の言葉")
        tags = tuple(Tag(i, at, at + 5, "proposal", "phrase", "p-1", "surface", 0.9) for i, at in found)
        return tags, tuple(Moment("proposal", (i,), 0.9, ("phrase:p-1",), "none") for i, _ in found)


@functools.cache
def _real_tagger() -> list[Reader]:
    return []


def real_tagger(store: Store, settings: MomentsSettings) -> Reader:
    """The real one, loaded once for all tests: their stores all begin with the starter dictionary."""
    if not _real_tagger():
        _real_tagger().append(published_tagger(store, settings))
    return _real_tagger()[0]


FAKE = Recognition(fake_speech.start, fake_speech.transcribe, real_tagger)
QUICK = Recognition(fake_speech.start, fake_speech.transcribe, lambda store, settings: QuickTagger())


@dataclass
class Centre:
    """Its archive, its settings and its nights."""

    root: Path
    settings: Settings
    recognition: Recognition = FAKE

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    def record(self, name: str, text: str) -> Path:
        path = self.archive / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def table(self, name: str, text: str) -> Path:
        path = self.root / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def night(self, calls: str | None = None, stop: Callable[[], bool] = lambda: False, **tables: str) -> ExitCode:
        given = {name: self.table(name, text) for name, text in tables.items()}
        if calls is not None:
            given["calls"] = self.table("calls", CALLS + calls)
        request = Request(self.archive, given)  # type: ignore[arg-type]
        return run_night(request, self.settings, Silent(), stop, self.recognition)

    def with_settings(self, **sections: Any) -> "Centre":
        return replace(self, settings=self.settings.model_copy(update=sections))

    def open(self) -> Store:
        return open_store(self.settings.store_url)

    @property
    def report(self) -> dict[str, Any]:
        with self.open() as store, store.reading() as connection:
            body = latest_report(connection)
        assert body is not None
        return body

    @property
    def files(self) -> dict[str, int]:
        files: dict[str, int] = self.report["coverage"]["files"]
        assert files["found"] == sum(number for state, number in files.items() if state != "found")
        return files

    def export_hash(self) -> str:
        """SHA-256 over everything that the nights found, without what names the night and the time that made it."""
        lines = []
        with self.open() as store, store.reading() as connection:
            keys = {row.recording_id: row.sha256 for row in connection.execute(sa.text("SELECT * FROM recordings"))}
            of = {
                row.transcript_id: keys[row.recording_id]
                for row in connection.execute(sa.text("SELECT transcript_id, recording_id FROM transcripts"))
            }
            made = {
                row.tagging_id: of[row.transcript_id]
                for row in connection.execute(sa.text("SELECT tagging_id, transcript_id FROM taggings"))
            }
            names = {"recording_id": keys, "transcript_id": of, "tagging_id": made}
            for table in RESULTS:
                for row in connection.execute(sa.select(metadata.tables[table])).mappings():
                    plain = {k: names[k][v] if k in names and v is not None else v for k, v in row.items()}
                    lines.append(json.dumps([table, {k: v for k, v in plain.items() if k not in MAKING}], default=str))
            for row in connection.execute(sa.text("SELECT * FROM ledger")).mappings():
                told = [row["stage"], row["state"], row["reason"]]
                lines.append(json.dumps(["ledger", keys[row["recording_id"]], *told]))
        body = {name: value for name, value in self.report.items() if name not in MAKING}
        for item in body["coverage"]["held_back"]:
            del item["attempts"]
        lines.append(json.dumps(body, sort_keys=True, default=str))
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


RESULTS = "recordings files transcripts utterances taggings tags moments call_scores".split()
MAKING = ("seen_in_run", "first_seen_in_run", "run_id", "made_at", "modified_ns", "rank", "archive", "loads")


def small_centre(root: Path, store_url: str, recognition: Recognition = FAKE) -> Centre:
    """A centre with a worker and weights that nobody loads."""
    weights = root / "weights"
    weights.mkdir(exist_ok=True)
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (weights / name).write_text("{}")
    settings = Settings(
        data_dir=root / "data",
        store=StoreSettings(url=store_url),
        speech=SpeechSettings(model=str(weights)),
        work=WorkSettings(workers=1, attempts=2, settle_s=0, reserve_gib=0),
    )
    return Centre(root, settings, recognition)

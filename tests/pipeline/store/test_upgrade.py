"""A store of the first release, filled by what that release wrote, is this release's after `kouken migrate`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from pipeline.cli import run
from pipeline.errors import KoukenError
from pipeline.store import migrate, reports, scores, tables, transcripts
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.postgres import Server

FIRST = "0001"
AT = "2026-10-04 01:30:00.000000"
DAY = "2026-10-03"
ROW = {"line": 0, "extra": "{}", "row_hash": "0" * 64, "from_load": 1}
VERSIONS = '{"kouken": "0.1.0", "speech": "base-1", "dictionary": "d1", "rules": "r1", "formula": "f1"}'
FIGURES = (
    '{"calls": 1, "operator_speech_ms": 6000, "moments": {"proposal": {"none": 1}}, "signals": {},'
    ' "success_phrases": 0}'
)
LOAD = {"kind": "calls", "file_name": "calls.csv", "sha256": "a" * 64, "rows": 1, "loaded_at": AT, "report": "{}"}
AUDIO = (
    '{"duration_s": 12.0, "declared_s": 12.0, "channels": 2, "sample_rate_hz": 8000, "codec": "wav",'
    ' "container": "wav", "coverage": 1.0, "bad_packets": 0, "notes": []}'
)
STORED: dict[str, list[dict[str, Any]]] = {  # parents first; as text, which is how the first release's rows lay there
    "loads": [{"load_id": number, **LOAD, "kind": kind} for number, kind in enumerate(tables.HISTORIES, start=1)],
    "runs": [
        {"run_id": 1, "started_at": AT, "finished_at": AT, "state": "done", "archive": "/srv", "versions": VERSIONS}
    ],
    "recordings": [{"recording_id": 1, "sha256": "b" * 64, "size_bytes": 960_000, "call_id": "C1"}],
    "files": [
        {"archive": "/srv", "relative": "a.wav", "recording_id": 1, "size_bytes": 960_000, "modified_ns": 1}
        | {"call_id": "C1", "call_rule": "recording", "seen_in_run": 1},
        {"archive": "/srv", "relative": "壊れた.wav", "recording_id": None, "size_bytes": 0, "modified_ns": 1}
        | {"call_id": "X", "call_rule": "unlisted", "problem": "IO_ERROR", "seen_in_run": 1},
    ],
    "ledger": [
        {"recording_id": 1, "stage": "transcribe", "version": "base-1", "state": "done", "attempts": 1}
        | {"updated_at": AT}
    ],
    "calls": [{**ROW, "call_id": "C1", "started_at": AT, "operator_id": "OP1", "team": "第一課", "assigned": True}],
    "contracts": [{**ROW, "contract_id": "K1", "started_on": DAY, "customer_id": "U1", "mrr_yen": 9_000_000_000}],
    "outcomes": [{**ROW, "contract_id": "K1", "on": DAY, "kind": "renewed"}],
    "customer_snapshots": [{**ROW, "customer_id": "U1", "on": DAY, "csat": 4.5}],
    "call_contracts": [{"call_id": "C1", "joined_contract_id": "K1", "join_status": "matched", "run_id": 1}],
    "reports": [{"report_id": 1, "run_id": 1, "made_at": AT, "body": '{"run_id": 1, "versions": ' + VERSIONS + "}"}],
    "transcripts": [
        {"transcript_id": 1, "recording_id": 1, "speech_version": "base-1", "audio": AUDIO, "duration_s": 12.0}
        | {"model": '{"name": "base", "version": "1", "sha256": "c"}', "options": "{}"}
    ],
    "utterances": [
        {"transcript_id": 1, "position": 0, "speaker": "operator", "channel": 0, "start_ms": 0, "end_ms": 6_000}
        | {"text": "𠮷田様、お見積もりをお送りしましょうか。", "confidence": 0.9, "flags": "[]"}
        | {"words": "[[0, 600, 0, 3]]"}
    ],
    "masked_ranges": [
        {"transcript_id": 1, "position": 0, "kind": "name", "utterance": 0, "start_ms": 0, "end_ms": 600}
    ],
    "taggings": [
        {"tagging_id": 1, "transcript_id": 1, "tagging_version": "d1+r1", "dictionary_version": "d1"}
        | {"rules_version": "r1"}
    ],
    "tags": [
        {"tagging_id": 1, "position": 0, "utterance": 0, "start": 4, "end": 9, "label": "proposal"}
        | {"source": "phrase", "phrase_id": "p-1", "match_level": "surface", "confidence": 0.9}
    ],
    "moments": [
        {"tagging_id": 1, "position": 0, "label": "proposal", "first_utterance": 0, "last_utterance": 0}
        | {"confidence": 0.9, "reasons": '["phrase:p-1"]', "reaction": "none"}
    ],
    "call_scores": [{"tagging_id": 1, "formula_version": "f1", "operator_speech_ms": 6_000, "figures": FIGURES}],
}


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store as the first release left it."""
    if request.param == "sqlite":
        with Store(f"sqlite:///{tmp_path / 'kouken.db'}") as store:
            yield filled(store)
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database(template="template0") as url, Store(url) as store:
        yield filled(store)


def filled(store: Store) -> Store:
    with store.writing() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        there = sa.MetaData()
        there.reflect(connection)
        assert set(STORED) == set(there.tables) - {"alembic_version"}
        for name, rows in STORED.items():
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                places = ", ".join(f":{column}" for column in row)
                connection.execute(sa.text(f'INSERT INTO "{name}" ({columns}) VALUES ({places})'), row)
    return store


def held(store: Store, columns: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The rows of these columns, as the database itself gives them back; of the ledger those of the first stage."""
    found = {}
    with store.reading() as connection:
        for name, names in columns.items():
            quoted = ", ".join(f'"{column}"' for column in names)
            only = " WHERE stage = 'transcribe'" if name == "ledger" else ""
            rows = connection.execute(sa.text(f"SELECT {quoted} FROM {name}{only}"))
            found[name] = sorted(repr(tuple(row)) for row in rows)
    return found


def columns_of(store: Store) -> dict[str, list[str]]:
    with store.reading() as connection:
        inspector = sa.inspect(connection)
        return {name: sorted(column["name"] for column in inspector.get_columns(name)) for name in STORED}


def test_store_of_the_first_release_keeps_every_row_up_and_down_again(old: Store) -> None:
    columns = columns_of(old)
    before = held(old, columns)
    assert migrate.migrate(old) == migrate.head_revision()
    assert held(old, columns) == before
    with old.writing() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, FIRST)
    assert columns_of(old) == columns
    assert held(old, columns) == before


def test_store_of_the_first_release_is_read_as_one_of_this_release(old: Store) -> None:
    url = old.url.render_as_string(hide_password=False)
    with pytest.raises(KoukenError) as error:
        open_store(url)
    assert "kouken migrate" in error.value.render("ja")
    assert run(["migrate", "--config", str(config_of(old))]) == 0
    with open_store(url) as store, store.reading() as connection:
        body = reports.latest_report(connection)
        assert body is not None and body["run_id"] == 1
        transcript = transcripts.read_transcript(connection, 1, "C1")
        assert transcript.utterances[0].text == "𠮷田様、お見積もりをお送りしましょうか。"
        assert [moment.label for moment in transcripts.read_moments(connection, 1)] == ["proposal"]
        tagging = transcripts.Tagging("d1", "r1")
        ((call, tally),) = scores.each_tally(connection, "base-1", tagging, "f1")
        assert (call.call_id, tally.number("proposal")) == ("C1", 1)
        loads = tables.current_loads(connection)
        assert tables.read_table(connection, "contracts", loads["contracts"])["mrr_yen"].tolist() == [9_000_000_000]
        assert tables.read_table(connection, "calls", loads["calls"])["team"].tolist() == ["第一課"]


def config_of(store: Store) -> Path:
    folder = Path(str(store.url.database)).parent if store.is_sqlite else Path(str(store.url.query["host"]))
    path = folder / "kouken.toml"
    path.write_text(f'[store]\nurl = "{store.url.render_as_string(hide_password=False)}"\n', encoding="utf-8")
    return path

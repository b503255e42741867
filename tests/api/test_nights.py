"""Nights on pages: what is quarantined gets another chance, and a night under way says how far it is."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from pipeline.errors import Reason
from pipeline.settings import Settings
from pipeline.store import audit, recordings, runs
from pipeline.store.migrate import open_store
from pipeline.store.schema import ledger
from tests.api.conftest import opened_as
from tests.api.world import ARCHIVE, VERSIONS, fill


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store)
    with store.writing() as connection:  # two recordings on which the analysis gave up
        last = connection.execute(sa.select(sa.func.max(ledger.c.recording_id))).scalar_one()
        two = ledger.c.recording_id.in_([last - 1, last])
        values = {"state": "quarantined", "reason": Reason.ANALYSIS_FAILED, "attempts": 3}
        connection.execute(sa.update(ledger).where(two).values(**values))
    store.close()
    return settings


def states(settings: Settings, state: str) -> list[recordings.FileState]:
    store = open_store(settings.store_url)
    with store.reading() as connection:
        found = recordings.file_states(connection, 1, VERSIONS["speech"])
        counts = recordings.state_counts(connection, 1, VERSIONS["speech"])
        limited = recordings.file_states(connection, 1, VERSIONS["speech"], state=state, limit=1)
    store.close()
    assert sum(counts.values()) == len(found) and counts[state] == sum(file.state == state for file in found)
    assert [file.state for file in limited] == [state] * min(1, counts[state])
    return [file for file in found if file.state == state]


def csrf(browser: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/nights/1").text)
    assert found
    return found[1]


def test_a_quarantined_call_waits_for_the_next_night_and_it_is_on_record(settings: Settings) -> None:
    before = [file for file in states(settings, "quarantined") if file.attempts]
    assert before
    with opened_as(settings, "manager", name="boss") as browser:
        answer = browser.post("/nights/1/retry", data={"csrf": csrf(browser), "call_id": before[0].call_id})
    assert "件を待ちに戻しました" in answer.text
    assert before[0].call_id in {file.call_id for file in states(settings, "waiting")}
    store = open_store(settings.store_url)
    with store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="recordings.retry")
    store.close()
    assert (entry.actor, entry.object, entry.details) == ("boss", before[0].call_id, {"recordings": 1})


def test_all_that_are_quarantined_are_retried_at_once(settings: Settings) -> None:
    with opened_as(settings, "administrator", name="admin") as browser:
        browser.post("/nights/1/retry", data={"csrf": csrf(browser)})
        assert browser.post("/nights/99/retry", data={"csrf": csrf(browser)}).status_code == 404
    assert not [file for file in states(settings, "quarantined") if file.attempts]


def test_whoever_only_reads_nights_retries_nothing(settings: Settings) -> None:
    with opened_as(settings, "auditor", name="auditor") as browser:
        assert "/retry" not in browser.get("/nights/1").text
        assert browser.post("/nights/1/retry").status_code == 403


def test_a_night_under_way_says_how_far_it_is_until_it_is_over(settings: Settings) -> None:
    store = open_store(settings.store_url)
    with store.writing() as connection:
        run = runs.start_run(connection, str(ARCHIVE), VERSIONS)
    with opened_as(settings, "auditor", name="auditor") as browser:
        assert f'hx-get="/nights/{run}/progress"' in browser.get(f"/nights/{run}").text
        piece = browser.get(f"/nights/{run}/progress")
        assert "<progress" in piece.text and "<html" not in piece.text
        assert "録音を探しています" in piece.text and "件のうち" not in piece.text  # none is known yet
        with store.writing() as connection:
            runs.finish_run(connection, run, "done")
        over = browser.get(f"/nights/{run}/progress")
        assert over.headers["hx-refresh"] == "true" and over.text == ""
        assert "<progress" not in browser.get(f"/nights/{run}").text
    store.close()


def test_joins_are_shown_both_ways_round(client: TestClient, empty_client: TestClient) -> None:
    html = client.get("/joins").text
    assert "契約に結び付きました" in html and "の月額に" in html
    for of in ("no_customer", "no_contract", "ambiguous", "outcomes"):
        assert client.get("/joins", params={"of": of}).status_code == 200
    assert client.get("/joins", params={"of": "outcomes", "after": "あ"}).status_code == 200
    assert client.get("/joins", params={"of": "everything"}).status_code == 422
    assert "まだ夜間バッチが動いていません" in empty_client.get("/joins").text


def test_a_night_with_its_own_report_is_not_called_as_the_one_before_to_whoever_may_not_read_reports(
    settings: Settings,
) -> None:
    for role, link in (("manager", True), ("administrator", False)):
        with opened_as(settings, role, name=role) as browser:  # type: ignore[arg-type]
            page = browser.get("/nights").text
        assert ('href="/nights/1/report"' in page) is link and "前の夜と同じ" not in page

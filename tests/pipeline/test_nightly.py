"""The night: every call once, whatever happens, and a report that says what is missing."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.contribution.tables import Tables, last_day
from models.simulation.centre import draw_centre
from models.simulation.scenario import SCENARIOS
from pipeline.errors import BadInput, BadTable, ExitCode, StoppedByLimit
from pipeline.figures.contribution import contribution_document
from pipeline.nightly import run_night
from pipeline.nights.night import Request
from pipeline.nights.reporting import detector_of
from pipeline.outcomes.columns import SHAPES, Kind
from pipeline.outcomes.load import read_table
from pipeline.progress import Silent
from pipeline.store import ledger, recordings, runs
from pipeline.store.migrate import open_store
from tests.pipeline import fake_speech
from tests.pipeline.centre import FAKE, PLAIN, PROPOSAL, Centre

CONTRACTS = "contract_id,customer_id,started_on,mrr_yen,renewal_due_on\nK1,U1,2025-11-01,50000,2026-10-31\n"
OUTCOMES = "contract_id,on,kind,mrr_before_yen,mrr_after_yen\nK1,2026-10-28,renewed,50000,50000\n"


def test_nightly_goes_from_recording_to_report(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    code = centre.night("C1,2026-10-03 14:05,OP1,a.wav,K1\n", contracts=CONTRACTS, outcomes=OUTCOMES)
    assert code is ExitCode.DONE
    report = centre.report
    assert report["centre"]["moments"]["proposal"]["n"] == 1
    assert report["centre"]["moments"]["proposal"]["reactions"]["accepted"] == 1
    (operator,) = report["operators"]
    assert (operator["operator_id"], operator["calls"]) == ("OP1", 1)
    assert report["coverage"]["join"]["counts"]["by_contract"] == 1
    assert set(report["versions"]) == {"kouken", "speech", "dictionary", "rules", "formula"}
    assert report["simulated"] == {}


def test_nightly_writes_the_report_as_json_and_as_csv_for_excel(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,K1\n")
    folder = centre.settings.data_dir / "reports" / "000001"
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["centre"]["calls"] == 1
    content = (folder / "operators.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    with (folder / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["通話ID"], row["開始日時"], row["営業提案"]) == ("C1", "2026-10-03 14:05:00", "1")


def test_nightly_again_does_nothing_twice(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    calls = "C1,2026-10-03 14:05,OP1,a.wav,\n"
    centre.night(calls)
    before = centre.report
    centre.night(calls)
    assert fake_speech.transcribed(centre.archive) == ["a.wav"]
    assert centre.report == before


def test_nightly_new_recording_is_the_only_one_transcribed(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,\n")
    centre.record("b.wav", PLAIN)
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,\nC2,2026-10-04 09:00,OP2,b.wav,\n")
    assert fake_speech.transcribed(centre.archive) == ["a.wav", "b.wav"]
    assert centre.report["centre"]["calls"] == 2


def test_nightly_renamed_recording_is_not_transcribed_again(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.night()
    (centre.archive / "a.wav").rename(centre.archive / "renamed.wav")
    centre.night()
    assert fake_speech.transcribed(centre.archive) == ["a.wav"]
    assert centre.report["centre"]["calls"] == 1


def test_nightly_renamed_recording_stays_the_call_that_the_table_tells(quick_centre: Centre) -> None:
    """B12: a new name that tells nothing takes neither call id nor operator from it, in any later night."""
    centre = quick_centre
    centre.record("a.wav", PROPOSAL)
    centre.night("a,2026-10-03 14:05,OP1,,\n")
    (centre.archive / "a.wav").rename(centre.archive / "renamed.wav")
    for _ in range(2):
        centre.night()
        with centre.open() as store, store.reading() as connection:
            version = centre.report["versions"]["speech"]
            last = runs.last_run(connection)
            assert last is not None
            (file,) = recordings.file_states(connection, last.run_id, version)
        assert (file.relative, file.call_id, file.call_rule) == ("renamed.wav", "a", "file_name")
        assert [row["operator_id"] for row in centre.report["operators"]] == ["OP1"]


def test_nightly_renamed_recording_takes_no_call_from_another_file(quick_centre: Centre) -> None:
    centre = quick_centre
    centre.record("a.wav", PROPOSAL)
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,\n")
    centre.record("right.wav", PLAIN)
    centre.night("C1,2026-10-03 14:05,OP1,right.wav,\n")  # the table was wrong
    assert centre.files == {"found": 2, "done": 2, "waiting": 0, "quarantined": 0, "skipped": 0}


def test_nightly_bad_files_are_held_back_with_a_reason_and_the_others_go_on(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.record("page.wav", "NOT AUDIO, a web page")
    centre.record("killer.wav", "KILLS THE WORKER")
    assert centre.night() is ExitCode.SOME_QUARANTINED
    assert centre.files == {"found": 3, "done": 1, "waiting": 0, "quarantined": 2, "skipped": 0}
    reasons = {item["relative"]: (item["reason"], item["attempts"]) for item in centre.report["coverage"]["held_back"]}
    assert reasons == {"page.wav": ("NOT_AUDIO", 1), "killer.wav": ("WORKER_DIED", 2)}


def test_nightly_retry_tries_a_quarantined_recording_again(centre: Centre) -> None:
    centre.record("a.wav", "NOT AUDIO")
    centre.record("b.wav", PLAIN)
    centre.night()
    store = open_store(centre.settings.store_url)
    with store.writing() as connection:
        assert len(ledger.retry(connection, ["a"])) == 1
    store.close()
    centre.night()
    assert fake_speech.transcribed(centre.archive).count("a.wav") == 2
    assert fake_speech.transcribed(centre.archive).count("b.wav") == 1


def test_nightly_call_without_operator_waits_for_its_row_to_be_mended(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    assert centre.night("C1,2026-10-03 14:05,,a.wav,\n") is ExitCode.SOME_QUARANTINED
    assert centre.report["coverage"]["held_back"][0]["reason"] == "OPERATOR_MISSING"
    (problem,) = centre.report["loads"]["calls"]["problems"]
    assert (problem["line"], problem["column"]) == (2, "operator_id")
    assert centre.night("C1,2026-10-03 14:05,OP1,a.wav,\n") is ExitCode.DONE
    assert centre.report["operators"][0]["operator_id"] == "OP1"


def test_nightly_same_content_twice_is_one_call(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.record("copy of a.wav", PROPOSAL)
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,\n")
    assert centre.files["done"] == 1 and centre.files["skipped"] == 1
    assert centre.report["centre"]["calls"] == 1


def test_nightly_call_that_was_encoded_again_is_one_call_and_the_copy_is_listed(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,\n")
    (centre.archive / "a.mp3").write_bytes((centre.archive / "a.wav").read_bytes()[:-8])
    centre.night("C1,2026-10-03 14:05,OP1,a.wav,\n")
    assert (centre.files["done"], centre.files["skipped"]) == (1, 1)
    assert centre.report["centre"]["calls"] == 1


def test_nightly_recording_without_a_row_is_shown_as_unknown_never_guessed(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    assert centre.night() is ExitCode.DONE
    assert centre.report["coverage"]["calls"] == {"known": 1, "analysed": 1, "operator_unknown": 1, "time_unknown": 1}
    assert centre.report["operators"] == [] and centre.report["period"] is None


def test_nightly_broken_table_is_refused_before_anything_is_touched(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    with pytest.raises(BadTable) as error:
        centre.night("C1,2026-13-45,OP1,a.wav,\n")
    shown = error.value.render("ja")
    assert "calls.csv 2行目 started_at「2026-13-45」" in shown
    assert not (centre.settings.data_dir / "kouken.db").exists()


def test_nightly_missing_archive_is_bad_input(centre: Centre) -> None:
    with pytest.raises(BadInput):
        centre.night()


def test_nightly_stopped_goes_on_where_it_stopped(centre: Centre) -> None:
    for name in ("a.wav", "b.wav", "c.wav", "d.wav", "e.wav", "f.wav"):
        centre.record(name, PLAIN + f"O {name}\n")
    with pytest.raises(StoppedByLimit):
        centre.night(stop=lambda: len(fake_speech.transcribed(centre.archive)) >= 2)
    centre.night()
    assert centre.files["done"] == 6
    undisturbed = centre.report["centre"]
    assert undisturbed["calls"] == 6


def test_nightly_changes_nothing_in_the_archive(centre: Centre) -> None:
    centre.record("a.wav", PROPOSAL)
    centre.record("b.wav", "NOT AUDIO")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in centre.archive.iterdir()}
    centre.night()
    assert before == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in centre.archive.iterdir()}


@pytest.mark.slow
def test_nightly_estimate_sees_no_more_than_the_tables(centre: Centre) -> None:
    """What a call was joined to tells the outcome: were it a covariate, every effect would vanish."""
    world = draw_centre(replace(SCENARIOS["confounded"], terms=700, customers=350, operators=12), seed=3)
    world.frames.write(centre.root / "world", {})
    paths: dict[Kind, Path] = {kind: centre.root / "world" / f"{kind}.csv" for kind in SHAPES}
    centre.record("unlisted.wav", PLAIN)
    run_night(Request(centre.archive, paths), centre.settings, Silent(), lambda: False, FAKE)
    frames = {kind: read_table(kind, path).frame for kind, path in paths.items()}
    given = Tables(frames["calls"], frames["contracts"], frames["outcomes"], frames["customer_snapshots"])
    as_of = last_day(given, date.max)
    assert as_of is not None
    expected = contribution_document(given, as_of, detector=detector_of(centre.settings.moments))["moments"]
    assert expected["proposal"]["status"] != "refuse"
    assert centre.report["contribution"]["moments"] == json.loads(json.dumps(expected))

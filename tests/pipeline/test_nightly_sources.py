"""The night over archives as recorders leave them: names, legs, growing and replaced files."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import ExitCode
from pipeline.settings import SourcesSettings
from pipeline.store import tables
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre
from tests.pipeline.faults import inline


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


def with_names(centre: Centre, preset: str = "freepbx") -> Centre:
    return centre.with_settings(sources=SourcesSettings(preset=preset))


def calls_of(centre: Centre) -> pd.DataFrame:
    with centre.open() as store, store.reading() as connection:
        return tables.read_table(connection, "calls", tables.current_loads(connection).get("calls")).set_index(
            "call_id"
        )


IN = "2026/11/22/external-2001-09012345678-20261122-003000-1795275000.1"
OUT = "2026/11/22/out-09012345678-2002-20261122-140509-1795323909.7"


def test_names_tell_the_calls_that_no_table_lists(quick_centre: Centre) -> None:
    centre = with_names(quick_centre)
    centre.record(f"{IN}.wav", PROPOSAL)
    centre.record(f"{OUT}.wav", PLAIN)
    assert centre.night() is ExitCode.DONE
    calls = calls_of(centre)
    assert calls["operator_id"].to_dict() == {"1795275000.1": "2001", "1795323909.7": "2002"}
    assert calls.loc["1795275000.1", "started_at"] == pd.Timestamp("2026-11-21 15:30", tz="UTC")
    assert calls["phone_last4"].tolist() == ["5678", "5678"] and "09012345678" not in str(calls.to_dict())
    assert [row["operator_id"] for row in centre.report["operators"]] == ["2001", "2002"]
    assert centre.report["period"] == {"first": "2026-11-22", "last": "2026-11-22"}
    before = centre.report
    centre.night()
    assert centre.report == before


def test_values_beside_a_recording_that_no_table_takes_stay_unknown_and_end_no_night(quick_centre: Centre) -> None:
    centre = with_names(quick_centre, "genesys")
    told = {
        "late": {"startTime": "9999-12-31T23:59:59-12:00", "agentId": "A1", "agentName": "山\n田"},
        "合計": {"startTime": "2026-10-01T01:00:00Z", "agentId": "A1"},
        "plain": {"startTime": "2026-10-01T01:00:00Z", "agentId": "合計"},
        "zebra": {"startTime": "2026-10-02T01:00:00Z", "agentId": "A2"},
    }
    for number, (call, fields) in enumerate(told.items()):
        centre.record(f"conversation_id={call}/a.wav", PLAIN + "C はい。\n" * number)
        centre.record(f"conversation_id={call}/a_metadata.json", json.dumps({"conversationId": call, **fields}))
    assert centre.night() is ExitCode.DONE
    calls = calls_of(centre)
    assert calls["operator_id"].fillna("").to_dict() == {"late": "A1", "plain": "", "zebra": "A2"}
    assert calls["started_at"].dt.strftime("%m-%d").fillna("").to_dict() == {
        "late": "", "plain": "10-01", "zebra": "10-02",
    }  # fmt: skip
    assert centre.files["done"] == 4


def test_row_of_the_users_table_stands_before_what_the_name_says(quick_centre: Centre) -> None:
    centre = with_names(quick_centre)
    centre.record(f"{IN}.wav", PROPOSAL)
    centre.night()
    centre.night("1795275000.1,2026-11-22 00:31,OP-A,,\n")
    assert calls_of(centre)["operator_id"].to_dict() == {"1795275000.1": "OP-A"}
    centre.night()
    assert calls_of(centre)["operator_id"].to_dict() == {"1795275000.1": "OP-A"}


def test_name_that_does_not_parse_is_analysed_listed_and_dated_nowhere(quick_centre: Centre) -> None:
    centre = with_names(quick_centre)
    centre.record("voicemail.wav", PLAIN)
    assert centre.night() is ExitCode.DONE
    assert centre.report["coverage"]["calls"]["time_unknown"] == 1
    assert centre.report["period"] is None
    with centre.open() as store, store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT call_rule, detail FROM files").all()
    assert [tuple(row) for row in rows] == [("unparsed", "name_unreadable")]


def test_two_legs_and_their_mixed_copy_are_one_call(quick_centre: Centre) -> None:
    for name, text in (("X", PLAIN), ("X-in", PROPOSAL), ("X-out", PROPOSAL + "O 別の声\n")):
        quick_centre.record(f"{name}.wav", text)
    quick_centre.night("X,2026-10-03 14:05,OP1,,\n")
    assert fake_speech.transcribed(quick_centre.archive) == ["X-out.wav"]
    assert quick_centre.report["coverage"]["calls"]["analysed"] == 1
    assert quick_centre.files == {"found": 3, "done": 2, "waiting": 0, "quarantined": 0, "skipped": 1}
    assert quick_centre.report["operators"][0]["calls"] == 1


def test_mixed_copy_that_came_first_counts_no_more_once_both_sides_are_there(quick_centre: Centre) -> None:
    row = "X,2026-10-03 14:05,OP1,,\n"
    quick_centre.record("X.wav", PLAIN)
    quick_centre.night(row)
    quick_centre.record("X-in.wav", PROPOSAL)
    quick_centre.record("X-out.wav", PROPOSAL + "O 別の声\n")
    quick_centre.night(row)
    assert quick_centre.report["operators"][0]["calls"] == 1
    assert quick_centre.report["centre"]["moments"]["proposal"]["n"] == 1


def test_late_leg_makes_a_new_revision_of_its_call(quick_centre: Centre) -> None:
    row = "X,2026-10-03 14:05,OP1,,\n"
    quick_centre.record("X-in.wav", PROPOSAL)
    quick_centre.night(row)
    assert quick_centre.report["operators"][0]["calls"] == 1
    first = quick_centre.report
    quick_centre.record("X-out.wav", PROPOSAL + "O 別の声\n")
    quick_centre.night(row)
    assert quick_centre.report["centre"]["calls"] == 1
    assert quick_centre.report["operators"][0]["calls"] == 1
    assert first["centre"]["calls"] == 1 and quick_centre.report["run_id"] > first["run_id"]


def test_replaced_content_is_a_new_revision_and_counts_alone(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PLAIN)
    quick_centre.night()
    assert quick_centre.report["centre"]["moments"]["proposal"]["n"] == 0
    quick_centre.record("a.wav", PROPOSAL)
    quick_centre.night()
    assert quick_centre.report["centre"]["calls"] == 1
    assert quick_centre.report["centre"]["moments"]["proposal"]["n"] == 1


def test_file_that_grows_waits_for_the_next_night(quick_centre: Centre) -> None:
    centre = quick_centre.with_settings(work=quick_centre.settings.work.model_copy(update={"settle_s": 0.2}))
    quick_centre.record("done.wav", PLAIN)
    growing = quick_centre.record("growing.wav", PROPOSAL[:20])

    def grow() -> bool:
        with growing.open("a") as stream:
            stream.write("O まだ話しています。\n")
        return False

    centre.night(stop=grow)
    assert fake_speech.transcribed(centre.archive) == ["done.wav"]
    (held,) = centre.report["coverage"]["held_back"]
    assert (held["relative"], held["reason"]) == ("growing.wav", "STILL_CHANGING")
    growing.write_text(PROPOSAL)
    assert centre.night() is ExitCode.DONE
    assert fake_speech.transcribed(centre.archive) == ["done.wav", "growing.wav"]


@pytest.mark.parametrize(
    "name",
    ["日本語 録音.wav", "絵文字📞.wav", "-a.wav", "new\nline.wav", b"bad-\xff.wav", b"\\xff.wav", "長" * 80 + ".wav"],
    ids=["Japanese", "emoji", "dash", "newline", "bytes", "escape", "long"],
)  # fmt: skip
def test_odd_names_are_ordinary_files(quick_centre: Centre, name: str | bytes) -> None:
    quick_centre.archive.mkdir()
    text = name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
    Path(quick_centre.archive, text).write_text(PLAIN, encoding="utf-8")
    assert quick_centre.night() is ExitCode.DONE
    assert quick_centre.files["done"] == 1

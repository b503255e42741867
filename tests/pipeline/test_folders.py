"""Folders are looked through while others put files there and take them away."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.folders import files_below, files_until
from pipeline.nights.report_files import ASIDE, LEFT_S, write_over
from pipeline.reports.erased import remove_reports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("000001/calls.csv", "000001/report.json", "000002/calls.csv", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (1_000, 1_000) if name.startswith("000001") else (2_000, 2_000))
    (tmp_path / "made just now").mkdir()
    return tmp_path


def test_files_are_found_with_their_time_and_none_where_there_is_no_folder(folder: Path) -> None:
    assert {path.name: changed for path, changed in files_below(folder / "000001")} == {
        "calls.csv": 1_000,
        "report.json": 1_000,
    }
    assert list(files_below(folder / "nowhere")) == []
    until = files_until(folder, datetime.fromtimestamp(1_000, UTC))
    assert sorted(path.name for path in until) == ["calls.csv", "report.json"]


def test_a_file_that_goes_away_meanwhile_is_left_out(folder: Path) -> None:
    found = files_below(folder / "000001")
    first, _ = next(found)
    for path in (folder / "000001").iterdir():
        path.unlink()
    assert first.parent == folder / "000001" and list(found) == []


def test_reports_go_with_the_folders_that_this_empties_and_no_others(folder: Path) -> None:
    """An empty folder may be one in which a night is about to write."""
    assert remove_reports(folder, datetime.fromtimestamp(1_500, UTC)) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["000002", "made just now", "notes.txt"]


def test_a_night_that_ends_while_another_looks_for_what_was_left_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / f"{ASIDE}other"
    other.mkdir()

    def now() -> float:
        other.rmdir()
        return 2 * LEFT_S

    monkeypatch.setattr("pipeline.nights.report_files.time.time", now)
    write_over(tmp_path, lambda folder: [])
    assert list(tmp_path.iterdir()) == []

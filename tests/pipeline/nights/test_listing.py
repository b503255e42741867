"""The archive is looked through on the disk: memory stays flat, and nothing is left of it however the night ends."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ExitCode, NoSpace, Reason, StoppedByLimit
from pipeline.language import Text
from pipeline.nights import listing as listings
from pipeline.nights.archive import ArchiveFile, is_leg, join_legs, root_of, stem_of
from pipeline.nights.assigning import assign_calls, leave_out_erased
from pipeline.nights.listing import new_listing
from pipeline.nights.walking import list_archive
from pipeline.records import Call
from pipeline.sources.preset import ParsedName
from pipeline.store.erasure import Erased
from pipeline.store.scratch import scratch
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre
from tests.pipeline.faults import inline
from tests.pipeline.nights.listed import assigned_files

FEW, MANY = 1_000, 8_000
BYTES_PER_FILE = 32


def made(number: int) -> Iterator[ArchiveFile]:
    """Every call as a WAV and, of half of them, as an MP3; every tenth in two files."""
    for place in range(number):
        name = f"{place % 7}/2026-11-22-{place // 2:07d}"
        ending = ("-in.wav", "-out.wav")[place % 2] if place % 20 < 2 else (".wav", ".mp3")[place % 2]
        yield ArchiveFile(name + ending, place, place, sha256=f"{place:064d}")


def peak_bytes(folder: Path, number: int) -> int:
    """Of Python's memory, while that many files are looked through; SQLite keeps to its cache."""
    tracemalloc.start()
    with new_listing(folder) as listing:
        listing.list_calls(Call(f"C{place}", f"x/{place}.wav", operator_id="OP1") for place in range(number))
        listing.enter(made(number))
        for files in listing.leg_groups():
            listing.change(join_legs(files))
        for files in listing.batches("found"):
            listing.tell({file.relative: ParsedName({"call_id": file.relative}) for file in files})
        assign_calls(listing)
        leave_out_erased(listing, lambda files: Erased(frozenset()))
        assert sum(len(files) for files in listing.batches("assigned")) == number
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    peak_bytes(tmp_path, FEW)  # what is made once, such as prepared statements
    few, many = peak_bytes(tmp_path, FEW), peak_bytes(tmp_path, MANY)
    assert many - few < (MANY - FEW) * BYTES_PER_FILE


def test_nothing_of_a_listing_is_left_even_if_the_night_is_killed(tmp_path: Path) -> None:
    with new_listing(tmp_path) as listing:
        listing.enter(made(5_000))
        assert listing.count() == 5_000
        assert list(tmp_path.iterdir()) == []  # already: nobody has to come back and clean up


def test_night_stops_between_files_that_it_lists(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "a.wav").write_bytes(b"x")

    def stop() -> None:
        raise StoppedByLimit(Text("止めます。", "Stop."))

    with new_listing(tmp_path) as listing, pytest.raises(StoppedByLimit):
        list_archive(listing, archive, between=stop)


@pytest.mark.fault
def test_a4_listing_that_finds_the_disk_full_stops_the_night_and_the_next_one_goes_on(
    quick_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def small_disk(folder: Path) -> Iterator[Any]:
        with scratch(folder) as connection:
            connection.execute("PRAGMA max_page_count = 30")  # SQLite itself says that the disk is full
            yield connection

    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    for number in range(200):
        quick_centre.record(f"{number:0100d}.wav", "NOT AUDIO")
    quick_centre.record("a.wav", PROPOSAL)
    quick_centre.record("b.wav", PLAIN)
    with monkeypatch.context() as patch, pytest.raises(NoSpace) as error:
        patch.setattr(listings, "scratch", small_disk)
        quick_centre.night()
    assert error.value.exit_code is ExitCode.STOPPED_BY_LIMIT
    assert "ディスクがいっぱい" in error.value.render("ja")
    quick_centre.night()
    assert quick_centre.files["done"] == 2


def test_sides_of_a_call_and_their_mixed_copy_share_a_root_however_many_marks_their_names_have() -> None:
    names = ("d/Y-in-in.wav", "d/Y-in-out.wav", "d/Y-in.wav")
    assert {root_of(name) for name in names} == {"d/Y"}
    joined = join_legs([ArchiveFile(name, 1, 1, sha256=name) for name in names])
    assert [(file.leg, file.call_rule) for file in joined] == [
        ("customer", "unlisted"),
        ("operator", "unlisted"),
        ("", "mixed"),
    ]
    assert is_leg("d/Y-in.wav") and stem_of("d/Y-in-in.wav") == "d/Y-in"


def test_later_row_of_the_table_counts_where_two_name_one_recording() -> None:
    calls = [Call("C1", "a.wav", operator_id="OP1"), Call("C2", "a.wav", operator_id="OP2")]
    (file,) = assigned_files([ArchiveFile("a.wav", 1, 1, sha256="a")], calls)
    assert (file.call_id, file.call_rule) == ("C2", "recording")


def test_file_comes_out_of_the_listing_as_it_went_in(tmp_path: Path) -> None:
    file = ArchiveFile("ガ.wav", 1 << 40, 1 << 60, "s", "C", "mixed", Reason.IO_ERROR, "why", "operator", "j", -5)
    told = ParsedName({"call_id": "C"}, datetime(2026, 11, 22, 9, tzinfo=UTC), "name_unreadable")
    with new_listing(tmp_path) as listing:
        listing.enter([file])
        listing.tell({"ガ.wav": told})
        assert list(chain.from_iterable(listing.batches("found"))) == [file]
        assert listing.told([file]) == {"ガ.wav": told}

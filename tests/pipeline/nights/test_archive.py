"""Which files of the archive are recordings, and which call each belongs to."""

import unicodedata
from pathlib import Path

import pytest

from pipeline.audio.legs import LegRoles
from pipeline.errors import BadInput, Reason
from pipeline.nights.archive import ArchiveFile, hash_file, join_legs
from pipeline.records import Call
from tests.pipeline.nights.listed import assigned_files, listed_files


def put(root: Path, name: str, content: bytes = b"x") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(files: list[ArchiveFile]) -> list[str]:
    return [file.relative for file in files]


def test_archive_finds_recordings_by_suffix_whatever_its_case(tmp_path: Path) -> None:
    for name in ("a/one.wav", "a/two.WAV", "three.ogg", "notes.txt", ".hidden.wav", "b/.cache/four.wav"):
        put(tmp_path, name)
    assert names(listed_files(tmp_path)) == ["a/one.wav", "a/two.WAV", "three.ogg"]


def test_archive_finds_a_listed_recording_without_suffix(tmp_path: Path) -> None:
    put(tmp_path, "call-1")
    assert names(listed_files(tmp_path, "call-1")) == ["call-1"]


def test_archive_that_is_missing_or_empty_is_bad_input(tmp_path: Path) -> None:
    for root in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BadInput) as error:
            listed_files(root)
        assert str(root) in error.value.render("ja")


def test_archive_link_that_leads_out_is_not_opened(tmp_path: Path) -> None:
    outside = put(tmp_path, "secret.wav")
    root = tmp_path / "archive"
    put(root, "inside.wav")
    (root / "link.wav").symlink_to(outside)
    (root / "loop.wav").symlink_to(root / "loop.wav")
    problems = {file.relative: file.problem for file in listed_files(root)}
    assert problems == {"inside.wav": None, "link.wav": Reason.OUTSIDE_ARCHIVE, "loop.wav": Reason.IO_ERROR}


def test_archive_hash_is_of_the_bytes(tmp_path: Path) -> None:
    assert hash_file(put(tmp_path, "empty.wav", b"")).startswith("e3b0c44298fc1c14")


def file(relative: str, sha256: str = "") -> ArchiveFile:
    return ArchiveFile(relative, 1, 1, sha256=sha256 or f"hash of {relative}")


def test_archive_call_is_found_by_recording_then_by_file_name() -> None:
    calls = [Call("C1", recording="x/rec.wav", operator_id="OP1"), Call("C2", operator_id="OP1")]
    assigned = assigned_files([file("x/rec.wav"), file("y/C2.ogg"), file("z/other.wav")], calls)
    assert [(item.call_id, item.call_rule) for item in assigned] == [
        ("C1", "recording"),
        ("C2", "file_name"),
        ("other", "unlisted"),
    ]


def test_archive_name_written_on_a_mac_is_the_same_name() -> None:
    call = Call("C1", recording="録音/ガイド.wav", operator_id="OP1")
    (assigned,) = assigned_files([file(unicodedata.normalize("NFD", "録音/ガイド.wav"))], [call])
    assert assigned.call_id == "C1"


def test_archive_call_without_operator_is_held_back() -> None:
    (assigned,) = assigned_files([file("a.wav")], [Call("C1", recording="a.wav", operator_id=None)])
    assert assigned.problem is Reason.OPERATOR_MISSING


def test_archive_equal_content_is_one_call_and_the_listed_name_keeps_it() -> None:
    calls = [Call("C1", recording="b.wav", operator_id="OP1")]
    assigned = assigned_files([file("a.wav", "same"), file("b.wav", "same")], calls)
    assert [(item.call_id, item.call_rule) for item in assigned] == [("C1", "duplicate"), ("C1", "recording")]


def sized(relative: str, size_bytes: int) -> ArchiveFile:
    return ArchiveFile(relative, size_bytes, 0, sha256=relative)


def test_archive_call_that_was_encoded_again_is_one_call_and_the_larger_file_tells_it() -> None:
    rules = {item.relative: item for item in assigned_files([sized("10/a.mp3", 9), sized("10/a.wav", 99)], [])}
    assert (rules["10/a.mp3"].call_rule, rules["10/a.mp3"].detail) == ("same_call", "10/a.wav")
    assert rules["10/a.wav"].call_rule == "unlisted"


def test_archive_two_recordings_under_one_id_of_the_table_are_one_call_and_the_named_one_tells_it() -> None:
    calls = [Call("C1", recording="small/b.wav", operator_id="OP1")]
    assigned = assigned_files([sized("large/C1.wav", 99), sized("small/b.wav", 9)], calls)
    assert [(item.call_id, item.call_rule) for item in assigned] == [("C1", "same_call"), ("C1", "recording")]


def test_archive_equal_names_in_two_folders_stay_two_recordings() -> None:
    assigned = assigned_files([sized("09/a.wav", 9), sized("10/a.wav", 99)], [])
    assert [item.call_rule for item in assigned] == ["unlisted", "unlisted"]


def test_archive_names_with_a_time_for_a_suffix_are_not_copies_of_each_other() -> None:
    calls = [Call(f"C{i}", recording=f"20261003.140{i}", operator_id="OP1") for i in (1, 2)]
    assigned = assigned_files([sized("20261003.1401", 9), sized("20261003.1402", 99)], calls)
    assert [item.call_rule for item in assigned] == ["recording", "recording"]


def test_archive_recording_that_cannot_be_read_gives_way_to_nothing() -> None:
    broken = ArchiveFile("a.wav", 99, 0, problem=Reason.IO_ERROR)
    assert [item.call_rule for item in assigned_files([broken, sized("a.mp3", 9)], [])] == ["unlisted", "unlisted"]


def test_outgoing_calls_turn_the_sides_of_their_two_files() -> None:
    found = [ArchiveFile(name, 1, 1, sha256=name) for name in ("a-r.wav", "a-t.wav")]
    incoming = {file.relative: file.leg for file in join_legs(found)}
    outgoing = {file.relative: file.leg for file in join_legs(found, LegRoles(), lambda path: "outbound")}
    assert incoming == {"a-r.wav": "customer", "a-t.wav": "operator"}
    assert outgoing == {"a-r.wav": "operator", "a-t.wav": "customer"}


VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v オペレーター>お電話ありがとうございます。\n".encode()


def test_transcripts_of_calls_without_a_recording_are_found_and_nothing_else_with_such_a_name(tmp_path: Path) -> None:
    put(tmp_path, "a.wav")
    put(tmp_path, "a.vtt", VTT)  # beside its recording
    put(tmp_path, "b-in.wav")
    put(tmp_path, "b.json", b"not even looked at")
    put(tmp_path, "c.vtt", VTT)
    put(tmp_path, "calls.csv", b"call_id,started_at\nc,2026-01-01\n")
    put(tmp_path, "notes.json", b'{"title": "x"}')
    put(tmp_path, "deep.json", b"[" * 200_000)
    assert names(listed_files(tmp_path)) == ["a.wav", "b-in.wav", "c.vtt"]
    assert names(listed_files(tmp_path, transcripts=False)) == ["a.wav", "b-in.wav"]


def test_transcript_of_a_call_that_is_there_is_not_analysed_as_well() -> None:
    found = [file("sound/call-1.wav"), file("text/call-1.vtt"), file("text/call-2.json"), file("text/call-2.srt")]
    listed = [Call(call_id=name, operator_id="OP-1") for name in ("call-1", "call-2")]
    rules = {one.relative: (one.call_rule, one.detail) for one in assigned_files(found, listed)}
    assert rules == {
        "sound/call-1.wav": ("file_name", ""),
        "text/call-1.vtt": ("spare_text", "sound/call-1.wav"),
        "text/call-2.json": ("file_name", ""),
        "text/call-2.srt": ("spare_text", "text/call-2.json"),
    }


def test_transcript_of_a_vcon_belongs_to_the_call_of_its_name() -> None:
    (one,) = assigned_files([file("call-7.vcon.json")], [Call(call_id="call-7", operator_id="OP-1")])
    assert (one.call_id, one.call_rule) == ("call-7", "file_name")

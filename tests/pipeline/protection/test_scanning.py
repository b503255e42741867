"""What the site's scanner does not find clean is not taken: found, failed or silent."""

import os
import time
from pathlib import Path

import pytest

from pipeline.doctor import examine
from pipeline.errors import BadInput
from pipeline.protection.scanning import NotClean, check_clean, check_scanner
from pipeline.settings import Settings, WebSettings


def scanner(folder: Path, body: str) -> Path:
    path = folder / "scanner"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def upload(folder: Path, content: str = "harmless") -> Path:
    path = folder / "- a file.csv"
    path.write_text(content)
    return path


def test_the_scanner_reads_the_file_and_only_nothing_found_is_taken(tmp_path: Path) -> None:
    command = str(scanner(tmp_path, '[ "$1" = --quiet ] || exit 2; grep -q virus "$2" && exit 1; [ -r "$2" ]'))
    web = WebSettings(scan_command=(command, "--quiet"))
    check_clean(upload(tmp_path), web)
    with pytest.raises(NotClean) as refusal:
        check_clean(upload(tmp_path, "a virus"), web)
    assert refusal.value.why == "found" and "危険なもの" in str(refusal.value)


def test_a_scanner_that_fails_or_does_not_start_lets_nothing_in(tmp_path: Path) -> None:
    for command in (str(scanner(tmp_path, "exit 2")), str(tmp_path / "nowhere")):
        with pytest.raises(NotClean) as refusal:
            check_clean(upload(tmp_path), WebSettings(scan_command=(command,)))
        assert refusal.value.why == "failed"


def test_a_scanner_that_is_silent_is_ended_with_all_that_it_began(tmp_path: Path) -> None:
    command = str(scanner(tmp_path, f"sleep 60 & echo $! > {tmp_path}/begun; wait"))
    begin = time.monotonic()
    with pytest.raises(NotClean) as refusal:
        check_clean(upload(tmp_path), WebSettings(scan_command=(command,), scan_timeout_s=1))
    assert refusal.value.why == "timed_out" and time.monotonic() - begin < 20
    begun = Path(f"/proc/{(tmp_path / 'begun').read_text().strip()}/stat")
    for _ in range(100):  # whoever adopts it buries it
        if not begun.exists() or begun.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError("what the scanner had begun runs on")


def test_without_a_scanner_nothing_is_asked(tmp_path: Path) -> None:
    check_clean(tmp_path / "is not even there", WebSettings())
    assert check_scanner(WebSettings()) == ""


def test_a_scanner_that_is_not_there_stops_the_start_and_the_doctor_tells(tmp_path: Path) -> None:
    missing = WebSettings(scan_command=("no-such-scanner-here",))
    with pytest.raises(BadInput, match="no-such-scanner-here"):
        check_scanner(missing)
    (check,) = (one for one in examine(Settings(data_dir=tmp_path, web=missing)) if one.name == "scanner")
    assert check.state == "fail" and "no-such-scanner-here" in check.found
    assert check_scanner(WebSettings(scan_command=("sh",))).startswith(os.sep)

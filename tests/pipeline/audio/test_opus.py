"""Opus that is coded beside is the same as what is coded here, and a failure there is an error here."""

import errno
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import numpy as np
import pytest

from pipeline.audio.decode import SAMPLE_RATE, Samples, decode
from pipeline.audio.opus import LOWEST, Abandoned, write_opus, write_opus_beside
from tests.pipeline.audio.making import sleeping_coder, speechlike


def sound(path: Path) -> Samples:
    with decode(path) as audio:
        return audio.read_all(0, audio.samples)


def blocks(seconds: int) -> Iterator[Samples]:
    whole = speechlike(seconds).astype(np.float32)
    whole = whole if whole.ndim == 2 else np.stack([whole, whole], axis=1)
    yield from np.array_split(whole, 3)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_same_sound_is_coded_beside(tmp_path: Path, channels: int) -> None:
    here, beside = tmp_path / "here.ogg", tmp_path / "beside.ogg"
    rate = SAMPLE_RATE
    write_opus(here, (block[:, :channels] for block in blocks(5)), channels, rate, 32_000)
    write_opus_beside(beside, (block[:, :channels] for block in blocks(5)), channels, rate, 32_000)
    assert sound(here).shape[1] == channels
    assert np.array_equal(sound(here), sound(beside))


def test_it_gives_way_to_everybody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[subprocess.Popen[bytes]] = []
    began = subprocess.Popen

    def seen(*arguments: object, **options: object) -> "subprocess.Popen[bytes]":
        children.append(began(*arguments, **options))  # type: ignore[call-overload]
        return children[-1]

    monkeypatch.setattr(subprocess, "Popen", seen)
    priorities = []

    def watched() -> Iterator[Samples]:
        yield np.zeros((SAMPLE_RATE * 60, 2), np.float32)  # taken as soon as it is up
        priorities.append(os.getpriority(os.PRIO_PROCESS, children[0].pid))

    write_opus_beside(tmp_path / "a.ogg", watched(), 2, SAMPLE_RATE, 32_000)
    assert priorities == [LOWEST]


def test_full_disk_is_told_as_such() -> None:
    with pytest.raises(OSError) as caught:
        write_opus_beside(Path("/dev/full"), blocks(5), 2, SAMPLE_RATE, 32_000)
    assert caught.value.errno == errno.ENOSPC


def test_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        write_opus_beside(tmp_path / "nowhere" / "a.ogg", blocks(5), 2, SAMPLE_RATE, 32_000)


def test_what_breaks_off_here_ends_there(tmp_path: Path) -> None:
    def broken() -> Iterator[Samples]:
        yield np.zeros((SAMPLE_RATE, 2), np.float32)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_opus_beside(tmp_path / "a.ogg", broken(), 2, SAMPLE_RATE, 32_000)


def test_what_nobody_wants_any_more_is_given_up_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = sleeping_coder(tmp_path, monkeypatch)
    enough = Event()
    Timer(0.5, enough.set).start()
    began = time.monotonic()
    with pytest.raises(Abandoned):  # far more than a pipe holds, into a process that reads nothing
        write_opus_beside(tmp_path / "a.ogg", blocks(60), 2, SAMPLE_RATE, 32_000, enough=enough)
    assert time.monotonic() - began < 10
    assert not Path(f"/proc/{pids.read_text().strip()}").exists()

"""Who listens first hears at once what is decoded so far, and the same as whoever listens later."""

import hashlib
import io
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.audio import live as live_module
from pipeline.audio.decode import SAMPLE_RATE
from pipeline.audio.legs import legs_sha256
from pipeline.audio.live import HEADER_BYTES, Live, Unheard
from pipeline.audio.playback import Playback
from pipeline.playing import listening as subject
from pipeline.playing.listening import Listening, TooMany, tag
from pipeline.records import AudioFacts, MaskedRange, Transcript, Utterance
from pipeline.settings import Settings
from tests.pipeline.audio.making import sleeping_coder, speechlike, write_wav

SAID = (Utterance("customer", "電話番号は[電話番号]です。", 1, 1_000, 3_000),)


def transcript(*masked: MaskedRange, seconds: float = 5.0, channels: int = 2) -> Transcript:
    facts = AudioFacts(seconds, channels, 8000, "pcm_s16le", "wav", seconds, 1.0)
    return Transcript("c", facts, None, {}, SAID, masked)


def sha_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def heard_whole(live: Live) -> bytes:
    """All of the WAV, when it is there."""
    wait_until(lambda: live.has(live.size))
    return live.read(0, live.size)


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def samples_of(content: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (SAMPLE_RATE, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    return write_wav(tmp_path / "archive" / "a.wav", speechlike(5))


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    opened = Listening(Settings(data_dir=tmp_path / "data"))
    yield opened
    opened.close()


def hear(
    listening: Listening, files: Sequence[Path], said: Transcript, listener: str = "sato", **more: Any
) -> Playback | Live | None:
    hashes = [sha_of(path) for path in files]
    content = hashes[0] if len(files) == 1 else legs_sha256(*hashes)
    return listening.hear([(str(path.parent), path.name) for path in files], content, said, listener, **more)


def test_first_hearing_is_the_analysed_recording_with_masked_times_silent(
    listening: Listening, recording: Path
) -> None:
    live = hear(listening, [recording], transcript(MaskedRange("phone", 0, None, None)))
    assert isinstance(live, Live)
    sound = samples_of(heard_whole(live))
    assert sound.shape == (5 * SAMPLE_RATE, 2)
    assert not sound[int(0.85 * SAMPLE_RATE) : int(3.15 * SAMPLE_RATE)].any()
    assert np.abs(sound[int(3.5 * SAMPLE_RATE) :]).max() > 300


def test_every_part_is_the_same_as_in_the_whole(listening: Listening, recording: Path) -> None:
    live = hear(listening, [recording], transcript(MaskedRange("phone", 0, None, None)))
    assert isinstance(live, Live)
    whole = heard_whole(live)
    assert len(whole) == live.size
    for start, stop in (
        (0, 10),
        (40, 50),
        (HEADER_BYTES, 47),
        (45, 1_001),
        (54_401, 70_003),
        (live.size - 5, live.size),
    ):
        assert live.read(start, stop) == whole[start:stop]


def test_next_hearing_is_the_copy_and_one_that_began_before_stays_what_it_was(
    listening: Listening, recording: Path
) -> None:
    live = hear(listening, [recording], transcript())
    assert isinstance(live, Live)
    wait_until(live.copy.audio.exists)
    copy = hear(listening, [recording], transcript(), "ono")
    assert copy == live.copy and isinstance(copy, Playback) and copy.peaks.exists()
    assert hear(listening, [recording], transcript(), "ono", further=True) == copy
    assert hear(listening, [recording], transcript(), further=True) is live
    assert hear(listening, [recording], transcript(), "ono", further=True, going_on=tag(live)) is live
    assert hear(listening, [recording], transcript(), going_on=tag(copy)) == copy
    assert hear(listening, [recording], transcript()) == copy
    assert hear(listening, [recording], transcript(), further=True) == copy


def test_two_legs_are_heard_together_in_whatever_order_they_are_listed(listening: Listening, tmp_path: Path) -> None:
    sound = speechlike(4)
    sound[: 2 * 8000, 1] = 0
    out = write_wav(tmp_path / "a-out.wav", sound[:, :1])
    into = write_wav(tmp_path / "a-in.wav", sound[: 3 * 8000, 1:])
    content = legs_sha256(sha_of(out), sha_of(into))
    places = [(str(tmp_path), "a-in.wav"), (str(tmp_path), "a-out.wav")]
    live = listening.hear(places, content, transcript(seconds=4), "sato")
    assert isinstance(live, Live)
    heard = np.abs(samples_of(heard_whole(live)))
    assert heard[SAMPLE_RATE // 2 : SAMPLE_RATE, 1].max() < 300 < heard[SAMPLE_RATE // 2 : SAMPLE_RATE, 0].max()
    assert not heard[3 * SAMPLE_RATE + 1_000 :, 1].any() and heard[3 * SAMPLE_RATE + 1_000 :, 0].any()
    into.unlink()
    assert listening.hear(places, content, transcript(seconds=4), "sato") is None


def test_recording_that_is_shorter_than_when_it_was_analysed_breaks_off_instead_of_ending(
    listening: Listening, recording: Path
) -> None:
    live = hear(listening, [recording], transcript(seconds=9))
    assert isinstance(live, Live)

    def breaks_off() -> bool:
        try:
            return live.has(live.size)
        except Unheard:
            return True

    wait_until(breaks_off)
    with pytest.raises(Unheard):
        live.read(0, live.size)


def test_what_cannot_be_decoded_breaks_off(listening: Listening, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound at all", encoding="ascii")
    live = hear(listening, [tmp_path / "a.wav"], transcript())
    assert isinstance(live, Live)
    wait_until(lambda: live.is_over)
    with pytest.raises(Unheard):
        live.has(live.size)
    with pytest.raises(Unheard):
        live.has_peaks()


def test_only_so_many_are_decoded_at_once_and_a_paused_one_makes_place(
    listening: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "MOST", 1)
    one, two = (write_wav(tmp_path / name, speechlike(1) * gain) for name, gain in (("1.wav", 1.0), ("2.wav", 0.5)))
    first = hear(listening, [one], transcript(seconds=1))
    assert isinstance(first, Live)
    with pytest.raises(TooMany):
        hear(listening, [two], transcript(seconds=1))
    monkeypatch.setattr(subject, "QUIET_S", 0.0)
    wait_until(lambda: first.is_idle)
    assert isinstance(hear(listening, [two], transcript(seconds=1)), Live)
    wait_until(lambda: first.is_over)


def test_samples_are_given_up_when_nobody_listens(
    listening: Listening, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "IDLE_S", 0.0)
    live = hear(listening, [recording], transcript())
    assert isinstance(live, Live)
    wait_until(lambda: live.is_over)
    assert isinstance(hear(listening, [recording], transcript()), Playback)


def test_a_stop_does_not_wait_for_copies_that_are_being_coded(
    tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = sleeping_coder(tmp_path, monkeypatch)
    other = write_wav(tmp_path / "archive" / "b.wav", speechlike(4))
    listening = Listening(Settings(data_dir=tmp_path / "data"))
    for file, seconds in ((recording, 5.0), (other, 4.0)):  # one is coded, the other one waits for its turn
        live = hear(listening, [file], transcript(seconds=seconds))
        assert isinstance(live, Live)
        wait_until(live.has_peaks)
    wait_until(pids.exists)
    began = time.monotonic()
    listening.close()
    assert time.monotonic() - began < 10
    assert not Path(f"/proc/{pids.read_text().strip()}").exists()
    assert not list((tmp_path / "data").rglob(".making-*")) and not list((tmp_path / "data").rglob("*.opus"))

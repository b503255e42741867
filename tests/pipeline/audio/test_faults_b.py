"""Damaged and misnamed recordings, row by row of what is promised for them; other rows stand where their part is.

B1 empty, B2 cut, B5 impostors, B11 golden table: `test_decode`. B7 nobody speaks: `tests/pipeline/speech/test_quiet`.
B8, B9 channels and legs: `test_decode`, `test_legs`. B9, B10, B12, B14 in the archive: `tests/pipeline/test_archive`,
`test_nightly`. B13 gone: `tests/pipeline/test_sound`. B14 names given to a command: `tests/pipeline/speech/test_files`.
"""

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.decode import decode
from pipeline.errors import ItemError, Reason
from tests.pipeline.audio.making import cut, encode, speechlike, wav_bytes, write_wav


def mp3(path: Path, seconds: float = 10) -> Path:
    return encode(path, speechlike(seconds), rate=8000, codec="libmp3lame", container="mp3")


@pytest.mark.parametrize("kind", ["zeros", "noise", "ones"])
@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_b3_hole_in_an_mp3_costs_less_than_a_tenth_and_is_counted(tmp_path: Path, kind: str, at: float) -> None:
    path = mp3(tmp_path / "a.mp3")
    data = bytearray(path.read_bytes())
    noise = np.random.default_rng(0).integers(0, 256, 200, dtype=np.uint8).tobytes()
    start = int(len(data) * at)
    data[start : start + 200] = {"zeros": bytes(200), "noise": noise, "ones": b"\xff" * 200}[kind]
    path.write_bytes(data)
    with decode(path) as audio:
        assert audio.facts.duration_s >= 9
        assert audio.facts.bad_packets > 0
        assert "bad_packets" in audio.facts.notes


@pytest.mark.parametrize("size", [200, 4096])
def test_b3_hole_at_the_very_start_costs_no_more(tmp_path: Path, size: int) -> None:
    path = mp3(tmp_path / "a.mp3", 60)
    data = path.read_bytes()
    path.write_bytes(bytes(size) + data[size:])
    with decode(path) as audio:
        assert audio.facts.duration_s >= 54
        assert size < 1000 or "partial" in audio.facts.notes


def test_b3_many_holes_are_survived_and_what_is_lost_is_said(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", 30)
    data = bytearray(path.read_bytes())
    for share in range(1, 10):
        start = len(data) * share // 10
        data[start : start + 400] = bytes(400)
    path.write_bytes(data)
    with decode(path) as audio:
        assert audio.facts.duration_s >= 20
        assert audio.facts.bad_packets >= 5
        assert audio.facts.coverage is not None and audio.facts.coverage < 1


def test_b2_too_little_of_an_mp3_is_truncated(tmp_path: Path) -> None:
    with pytest.raises(ItemError) as caught:
        decode(cut(mp3(tmp_path / "a.mp3", 60), 0.1))
    assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize("name", ["a", "a.MP3", "a.wav", "a.tmp", "録音", "a.WAV"])
def test_b4_content_decides_and_a_wrong_name_is_noted(tmp_path: Path, name: str) -> None:
    with decode(mp3(tmp_path / "x.mp3", 2).rename(tmp_path / name)) as audio:
        assert audio.facts.container == "mp3"
        assert audio.facts.notes == (() if name == "a.MP3" else ("extension_mismatch",))


def test_b4_gsm_in_an_upper_case_wav_has_its_own_name(tmp_path: Path) -> None:
    with decode(write_wav(tmp_path / "A.WAV", speechlike(2, channels=1), subtype="GSM610")) as audio:
        assert (audio.facts.codec, audio.facts.notes) == ("gsm_ms", ())


@pytest.mark.skipif(not Path("/usr/bin/strace").exists(), reason="needs strace")
def test_b5_a_script_named_wav_opens_nothing_and_calls_nobody(tmp_path: Path) -> None:
    """Seen from outside: the decoder that is led to believe in scripts opens no file and no socket after the script."""
    write_wav(tmp_path / "other.wav", speechlike(1))
    (tmp_path / "call.wav").write_bytes(b"ffconcat version 1.0\nfile other.wav\nfile http://127.0.0.1:9/x.wav\n")
    log = tmp_path / "trace"
    command = ["strace", "-f", "-e", "trace=openat,connect", "-o", str(log), sys.executable, "-P", "-m"]
    with (tmp_path / "call.wav").open("rb") as file:
        subprocess.run([*command, "pipeline.audio.child", "concat", "60"], stdin=file, capture_output=True, check=True)
    seen = log.read_text(errors="replace")
    assert "other.wav" not in seen
    assert "connect(" not in seen


@pytest.mark.parametrize("name", ["mp3", "wav"])
def test_b6_an_hour_is_decoded_in_bounded_memory(tmp_path: Path, name: str) -> None:
    """By a process of its own, so that its peak is its own: an hour of samples is 220 MiB."""
    path = tmp_path / f"a.{name}"
    if name == "mp3":
        minute = mp3(tmp_path / "m.mp3", 60).read_bytes()
        path.write_bytes(minute * 60)
    else:
        path.write_bytes(wav_bytes(speechlike(60))[:44] + wav_bytes(speechlike(60))[44:] * 60)
        head = bytearray(path.read_bytes()[:44])
        size = path.stat().st_size
        head[4:8], head[40:44] = struct.pack("<I", size - 8), struct.pack("<I", size - 44)
        with path.open("r+b") as file:
            file.write(head)
    script = (
        "import resource,sys; from pathlib import Path; from pipeline.audio.decode import decode\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with decode(Path(sys.argv[1])) as audio: print(audio.facts.duration_s)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(grown // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    seconds, grown, child = (float(part) for part in done.stdout.split())
    assert seconds == pytest.approx(3600, rel=0.01)
    assert grown < 20
    assert child < 150


def test_b6_thirty_kilobytes_that_promise_hours_are_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "five.wav", speechlike(5))
    bomb = tmp_path / "bomb.wav"
    bomb.write_bytes(b"ffconcat version 1.0\n" + b"file five.wav\n" * 2000)
    with pytest.raises(ItemError) as caught:
        decode(bomb)
    assert caught.value.reason is Reason.NOT_AUDIO


def test_b6_small_file_that_decodes_to_hours_is_stopped_at_the_limit(tmp_path: Path) -> None:
    """Ten minutes of silence in a hundred kilobytes of FLAC."""
    path = encode(tmp_path / "a.flac", np.zeros((600 * 8000, 1), np.float32), rate=8000, codec="flac", container="flac")
    assert path.stat().st_size < 200_000
    with pytest.raises(ItemError) as caught:
        decode(path, max_hours=0.1)
    assert caught.value.reason is Reason.TOO_LONG


NAMES = ("通話 1.wav", "📞.wav", "か\u3099.wav", "a\nb.wav", "x" * 251 + ".wav", "-rf.wav", "..wav", "a;b'c\".wav")


@pytest.mark.parametrize("name", [*NAMES, os.fsdecode(b"\xff\xfe.wav")], ids=ascii)
def test_b14_a_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    with decode(write_wav(tmp_path / "plain.wav", speechlike(1)).rename(tmp_path / name)) as audio:
        assert (audio.facts.duration_s, audio.facts.notes) == (1, ())

"""What the archive holds is decoded whole, or the file says what is missing; nothing else is ever opened."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.channels import check_channels
from pipeline.audio.decode import decode
from pipeline.errors import ItemError, Reason
from tests.pipeline.audio.making import cut, encode, speechlike, wav_bytes, with_hole, write_wav

ENCODERS = {"mp3": ("libmp3lame", "mp3"), "flac": ("flac", "flac"), "m4a": ("aac", "ipod")}
SUBTYPES = ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "ULAW", "ALAW")


def made(folder: Path, name: str, rate: int) -> Path:
    sound = speechlike(2, rate=rate)
    if name in SUBTYPES:
        return write_wav(folder / "a.wav", sound, rate=rate, subtype=name)
    codec, container = ENCODERS[name]
    return encode(folder / f"a.{name}", sound, rate=rate, codec=codec, container=container)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
@pytest.mark.parametrize("name", [*SUBTYPES, *ENCODERS])
def test_every_format_keeps_its_duration_within_20_ms(tmp_path: Path, name: str, rate: int) -> None:
    with decode(made(tmp_path, name, rate)) as audio:
        # encoders of MP3 and AAC pad the end to a whole frame
        padding = {"mp3": 1152 * 2 / rate, "m4a": 1024 * 3 / rate}.get(name, 0.0)
        assert 2 - 0.02 <= audio.facts.duration_s <= 2 + 0.02 + padding
        assert audio.facts.channels == 2
        assert audio.facts.sample_rate_hz == rate
        assert audio.facts.bad_packets == 0
        assert audio.facts.notes == ()
        assert audio.read(1, 0, audio.samples).std() > 0.02


@pytest.mark.parametrize("container", ["ogg", "webm"])
def test_opus_keeps_its_duration(tmp_path: Path, container: str) -> None:
    sound = speechlike(2, rate=48000)
    path = encode(tmp_path / f"a.{container}", sound, rate=48000, codec="libopus", container=container)
    with decode(path) as audio:
        assert abs(audio.facts.duration_s - 2) <= 0.025
        assert audio.facts.channels == 2


def test_vorbis_keeps_its_duration(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "a.ogg"), speechlike(2, rate=16000), 16000, subtype="VORBIS")
    with decode(tmp_path / "a.ogg") as audio:
        assert abs(audio.facts.duration_s - 2) <= 0.02


@pytest.mark.parametrize(("codec", "container"), [("g722", "wav"), ("aac", "adts"), ("pcm_alaw", "w64")])
def test_other_telephone_formats_keep_their_duration(tmp_path: Path, codec: str, container: str) -> None:
    suffix = {"adts": "aac"}.get(container, container)
    sound = speechlike(2, rate=16000, channels=1)
    path = encode(tmp_path / f"a.{suffix}", sound, rate=16000, codec=codec, container=container)
    with decode(path) as audio:
        assert abs(audio.facts.duration_s - 2) <= (0.2 if container == "adts" else 0.02)  # AAC adds whole frames
        assert audio.facts.codec == codec


def test_amr_is_decoded(tmp_path: Path) -> None:
    """Fifty frames of 20 ms at 12.2 kbit/s (3GPP TS 26.101, frame type 7), all their bits zero."""
    path = tmp_path / "a.amr"
    path.write_bytes(b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50)
    with decode(path) as audio:
        assert audio.facts.codec == "amrnb"
        assert audio.facts.duration_s == pytest.approx(1.0, abs=0.02)


def test_gsm_in_wav_is_decoded_by_content(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "q-200-5550100-20260105.WAV", speechlike(2, channels=1), subtype="GSM610")
    with decode(path) as audio:
        assert audio.facts.codec == "gsm_ms"
        assert abs(audio.facts.duration_s - 2) <= 0.04  # GSM frames are 40 ms here


def test_wrong_extension_is_noted_and_decoded(tmp_path: Path) -> None:
    mp3 = encode(tmp_path / "a.mp3", speechlike(2), rate=8000, codec="libmp3lame", container="mp3")
    with decode(mp3.rename(tmp_path / "a.wav")) as audio:
        assert audio.facts.notes == ("extension_mismatch",)
        assert audio.facts.container == "mp3"


@pytest.mark.parametrize(
    "data", [b"", wav_bytes(speechlike(0)), wav_bytes(speechlike(1))[:44]], ids=["zero", "header", "cut to header"]
)
def test_file_without_samples_is_empty(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(ItemError) as caught:
        decode(path)
    assert caught.value.reason is Reason.EMPTY_AUDIO


def test_wav_cut_within_its_header_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(speechlike(1))[:20])
    with pytest.raises(ItemError) as caught:
        decode(path)
    assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize("declared", [0, 0xFFFFFFFF])
def test_wav_of_a_recorder_killed_in_mid_call_is_read_in_full(tmp_path: Path, declared: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(speechlike(5), declared_bytes=declared))
    with decode(path) as audio:
        assert abs(audio.facts.duration_s - 5) <= 0.02
        assert audio.facts.coverage is None


def test_hole_in_mp3_costs_its_own_packets_only(tmp_path: Path) -> None:
    path = with_hole(
        encode(tmp_path / "a.mp3", speechlike(5), rate=8000, codec="libmp3lame", container="mp3"), at=1 / 3
    )
    with decode(path) as audio:
        assert audio.facts.duration_s >= 4.5
        assert audio.facts.bad_packets > 0
        assert "bad_packets" in audio.facts.notes


@pytest.mark.parametrize(
    ("codec", "container", "rate"), [("libopus", "ogg", 48000), ("flac", "flac", 8000), ("aac", "ipod", 16000)]
)
def test_hole_in_other_formats_is_survived_and_noted(tmp_path: Path, codec: str, container: str, rate: int) -> None:
    suffix = {"ipod": "m4a"}.get(container, container)
    path = encode(tmp_path / f"a.{suffix}", speechlike(60, rate=rate), rate=rate, codec=codec, container=container)
    with decode(with_hole(path, at=0.5)) as audio:
        assert audio.facts.duration_s >= 54
        assert audio.facts.coverage is not None
        assert audio.facts.bad_packets > 0 or "partial" in audio.facts.notes


def test_cut_wav_keeps_its_start_and_says_how_much_is_missing(tmp_path: Path) -> None:
    with decode(cut(write_wav(tmp_path / "a.wav", speechlike(10)), 0.5)) as audio:
        assert abs(audio.facts.duration_s - 5) <= 0.02
        assert audio.facts.coverage == pytest.approx(0.5, abs=0.01)
        assert "partial" in audio.facts.notes


def test_cut_mp3_says_how_much_is_missing(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp3", speechlike(10), rate=8000, codec="libmp3lame", container="mp3")
    with decode(cut(path, 0.5)) as audio:
        assert audio.facts.coverage == pytest.approx(0.5, abs=0.05)
        assert "partial" in audio.facts.notes


def test_cut_ogg_is_partial_though_its_header_declares_nothing(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.ogg", speechlike(10, rate=48000), rate=48000, codec="libopus", container="ogg")
    with decode(cut(path, 0.6)) as audio:
        assert "partial" in audio.facts.notes


def without_table(path: Path, seconds: float, bit_rate: int) -> bytes:
    """An MP3 whose encoder could not go back to say how long it became."""
    sound = speechlike(seconds, rate=16000, channels=1)
    return encode(
        path, sound, rate=16000, codec="libmp3lame", container="mp3", bit_rate=bit_rate, write_xing="0"
    ).read_bytes()


def test_mp3_whose_bit_rate_rises_is_not_taken_for_cut(tmp_path: Path) -> None:
    """Eight seconds of ringing at 8 kbit/s, then talk at 64: by its first frames the file is four times as long."""
    path = tmp_path / "a.mp3"
    path.write_bytes(without_table(tmp_path / "q.mp3", 8, 8000) + without_table(tmp_path / "l.mp3", 16, 64_000))
    with decode(path) as audio:
        assert audio.facts.duration_s == pytest.approx(24, abs=0.3)
        assert audio.facts.coverage is not None and audio.facts.coverage > 0.99
        assert "partial" not in audio.facts.notes


def test_aac_that_begins_with_silence_is_not_taken_for_cut(tmp_path: Path) -> None:
    sound = speechlike(20, rate=16000)
    sound[: 10 * 16000] = 0
    with decode(encode(tmp_path / "a.aac", sound, rate=16000, codec="aac", container="adts")) as audio:
        assert audio.facts.duration_s == pytest.approx(20, abs=0.2)
        assert (audio.facts.coverage, audio.facts.notes) == (1, ())


def test_mp3_without_a_table_says_what_a_hole_cost(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    without_table(path, 30, 32_000)
    with decode(with_hole(path, at=0.5, size=8000)) as audio:
        assert audio.facts.declared_s == pytest.approx(30, abs=0.5)
        assert audio.facts.coverage == pytest.approx(28 / 30, abs=0.02)
        assert "partial" in audio.facts.notes


def test_amr_is_as_long_as_its_frames_whatever_their_rate(tmp_path: Path) -> None:
    """Ten seconds in which nobody speaks (types 8 and 15, 6 bytes and 1), then five at 12.2 kbit/s."""
    path = tmp_path / "a.amr"
    path.write_bytes(b"#!AMR\n" + (b"\x44" + bytes(5) + b"\x7c" * 7) * 62 + b"\x7c" * 4 + (b"\x3c" + bytes(31)) * 250)
    with decode(path) as audio:
        assert audio.facts.duration_s == pytest.approx(15, abs=0.02)
        assert (audio.facts.coverage, audio.facts.notes) == (1, ())


@pytest.mark.parametrize("magic", [b"#!AMR\n", b"#!AMR-WB\n"])
def test_amr_is_found_again_behind_a_hole(tmp_path: Path, magic: bytes) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1500, 31 if magic == b"#!AMR\n" else 32), dtype=np.uint8)
    header = b"\x3c" if magic == b"#!AMR\n" else b"\x14"
    path = tmp_path / "a.amr"
    path.write_bytes(magic + b"".join(header + frame.tobytes() for frame in noise))
    with decode(with_hole(path, at=0.4, size=6400)) as audio:
        assert audio.facts.declared_s == pytest.approx(30, abs=0.1)
        assert audio.facts.duration_s == pytest.approx(26, abs=0.2)
        assert audio.facts.bad_packets == pytest.approx(200, abs=10)
        assert audio.facts.notes == ("partial", "bad_packets")


def test_wav_over_four_gigabytes_declares_its_length(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(str(path), speechlike(4), 8000, format="RF64", subtype="PCM_16")
    assert path.read_bytes().startswith(b"RF64")
    with decode(cut(path, 0.5)) as audio:
        assert audio.facts.declared_s == 4
        assert "partial" in audio.facts.notes


def test_m4a_without_its_index_is_truncated(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4a", speechlike(3), rate=8000, codec="aac", container="ipod")
    with pytest.raises(ItemError) as caught:
        decode(cut(path, 0.5))
    assert caught.value.reason is Reason.TRUNCATED


def test_too_little_left_is_truncated(tmp_path: Path) -> None:
    with pytest.raises(ItemError) as caught:
        decode(cut(write_wav(tmp_path / "a.wav", speechlike(20)), 0.1))
    assert caught.value.reason is Reason.TRUNCATED


def _zip(path: Path) -> bytes:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.writestr("a.wav", wav_bytes(speechlike(1)))
    return path.with_suffix(".zip").read_bytes()


IMPOSTORS = {
    "text": "本日の議事録\n".encode() * 100,
    "html": b"<!DOCTYPE html><title>404</title>" + b" " * 5000,
    "pdf": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "ffconcat": b"ffconcat version 1.0\n" + b"file other.wav\n" * 2000,
    "m3u8": b"#EXTM3U\n#EXTINF:10,\nother.wav\n#EXT-X-ENDLIST\n",
    "zip": b"",
}


@pytest.mark.parametrize("name", IMPOSTORS)
def test_what_is_no_audio_is_refused_and_opens_nothing(tmp_path: Path, name: str) -> None:
    write_wav(tmp_path / "other.wav", speechlike(1))
    path = tmp_path / "call.wav"
    path.write_bytes(IMPOSTORS[name] or _zip(path))
    with pytest.raises(ItemError) as caught:
        decode(path)
    assert caught.value.reason is Reason.NOT_AUDIO


def test_decoder_process_cannot_open_any_file(tmp_path: Path) -> None:
    """The kernel refuses, whatever format FFmpeg is led to believe in: here even the demuxer is the attacker's."""
    write_wav(tmp_path / "other.wav", speechlike(1))
    script = tmp_path / "call.wav"
    script.write_bytes(b"ffconcat version 1.0\nfile other.wav\n")
    command = [sys.executable, "-m", "pipeline.audio.child", "concat", "3600"]
    with script.open("rb") as file:
        done = subprocess.run(command, stdin=file, capture_output=True, cwd=tmp_path, check=False)
    assert done.stdout == b""


def test_code_lying_in_the_current_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("av.py", "wave.py"):
        (tmp_path / name).write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    with decode(write_wav(tmp_path / "a.wav", speechlike(1))) as audio:
        assert audio.facts.duration_s == 1


def test_full_disk_is_an_io_error_and_not_a_bad_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.audio.child", "wav", "3600"]
    path = write_wav(tmp_path / "a.wav", speechlike(20))
    with path.open("rb") as file, Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdin=file, stdout=full, stderr=subprocess.PIPE, check=True)
    report = json.loads(done.stderr.splitlines()[-1])
    assert (report["error"], report["detail"]) == ("IO_ERROR", "errno 28")


def test_too_long_recording_is_stopped_while_decoding(tmp_path: Path) -> None:
    with pytest.raises(ItemError) as caught:
        decode(write_wav(tmp_path / "a.wav", speechlike(40)), max_hours=30 / 3600)
    assert caught.value.reason is Reason.TOO_LONG


def test_decoder_that_does_not_end_is_killed(tmp_path: Path) -> None:
    with pytest.raises(ItemError) as caught:
        decode(write_wav(tmp_path / "a.wav", speechlike(1)), timeout_s=0.001)
    assert caught.value.reason is Reason.TIMEOUT
    assert caught.value.retryable


def test_missing_file_is_an_io_error(tmp_path: Path) -> None:
    with pytest.raises(ItemError) as caught:
        decode(tmp_path / "gone.wav")
    assert caught.value.reason is Reason.IO_ERROR


def test_identical_channels_are_one(tmp_path: Path) -> None:
    mono = speechlike(3, channels=1)
    with decode(write_wav(tmp_path / "a.wav", mono.repeat(2, axis=1))) as audio:
        assert check_channels(audio) == (0,)
        assert audio.facts.notes == ("identical_channels",)


def test_silent_channel_is_reported_and_kept_apart(tmp_path: Path) -> None:
    sound = speechlike(3)
    sound[:, 1] = 0.2  # nothing but direct current
    with decode(write_wav(tmp_path / "a.wav", sound)) as audio:
        assert check_channels(audio) == (0, 1)
        assert audio.facts.notes == ("silent_channel_1",)


def test_third_channel_is_listed_and_left_out(tmp_path: Path) -> None:
    with decode(write_wav(tmp_path / "a.wav", speechlike(3, channels=3))) as audio:
        assert check_channels(audio) == (0, 1)
        assert audio.facts.channels == 3
        assert audio.facts.notes == ("extra_channels",)


def test_channels_stay_apart(tmp_path: Path) -> None:
    sound = speechlike(2)
    sound[:8000, 0] = 0
    with decode(write_wav(tmp_path / "a.wav", sound)) as audio:
        left, right = audio.read_all(0, 15_000).T
        assert abs(left).max() < 0.001 < abs(right).max()

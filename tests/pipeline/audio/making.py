"""Recordings made on the spot: every format that the tests need, and the damage done to them."""

import io
import struct
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from av.audio.stream import AudioStream

RATE = 8000
Sound = npt.NDArray[np.float32]


def speechlike(seconds: float, *, rate: int = RATE, channels: int = 2, seed: int = 1) -> Sound:
    """Noise with a syllable-like envelope, another one per channel: shape (samples, channels), -1 to 1."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    envelope = np.stack([0.5 + 0.5 * np.sin(2 * np.pi * (3 + c) * t + c) for c in range(channels)], axis=1)
    return (rng.standard_normal((len(t), channels)) * 0.1 * envelope).astype(np.float32)


def write_wav(path: Path, sound: Sound, *, rate: int = RATE, subtype: str = "PCM_16") -> Path:
    """A WAV file of any of libsndfile's subtypes (PCM_16, FLOAT, ULAW, ALAW, GSM610 …)."""
    soundfile.write(str(path), sound, rate, subtype=subtype, format="WAV")
    return path


def encode(
    path: Path, sound: Sound, *, rate: int, codec: str, container: str, bit_rate: int = 0, **options: str
) -> Path:
    """A compressed file by FFmpeg's encoders; `options` are the muxer's."""
    layout = "mono" if sound.shape[1] == 1 else "stereo"
    pcm = np.ascontiguousarray((sound * 32767).astype(np.int16)).reshape(1, -1)
    with av.open(str(path), "w", format=container, options=options) as out:
        stream = cast("AudioStream", out.add_stream(codec, rate=rate, layout=layout))
        if bit_rate:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            stream.codec_context.format, layout, rate, stream.codec_context.frame_size or 1024
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def wav_bytes(sound: Sound, *, declared_bytes: int | None = None) -> bytes:
    """A 16-bit WAV whose header says `declared_bytes` of data, whatever follows."""
    memory = io.BytesIO()
    with wave.open(memory, "wb") as writer:
        writer.setnchannels(sound.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes((sound * 32767).astype("<i2").tobytes())
    data = bytearray(memory.getvalue())
    if declared_bytes is not None:
        data[40:44] = struct.pack("<I", declared_bytes)
    return bytes(data)


def with_hole(path: Path, *, at: float, size: int = 200) -> Path:
    """The file with `size` bytes zeroed at a share of its length."""
    data = bytearray(path.read_bytes())
    start = int(len(data) * at)
    data[start : start + size] = bytes(size)
    path.write_bytes(data)
    return path


def cut(path: Path, share: float) -> Path:
    """The file with only the first `share` of its bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def sleeping_coder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have copies coded by a process that does nothing for ten minutes; the file that takes its number."""
    program, pids = folder / "coder.sh", folder / "coder.pid"
    program.write_text(f'#!/bin/sh\necho $$ > "{pids}"\nexec sleep 600\n')
    program.chmod(0o755)
    monkeypatch.setattr("pipeline.audio.opus.sys", SimpleNamespace(executable=str(program)))
    return pids

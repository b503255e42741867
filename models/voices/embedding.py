"""Stretches of speech to vectors of the voice: CAM++ (3D-Speaker, Apache-2.0) on Kaldi's filter banks, by ONNX.

The vectors live as long as the call is being read and are stored nowhere: kept, they would identify a person.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SHIPPED = Path(__file__).parent.parent / "weights" / "voices"
MODEL_FILE = "campplus.onnx"
SHA256 = "2fb47d786744222f217ad73d509069745b9e99e6b454fe2e4fecf57bc9f086a0"
SAMPLE_RATE = 16_000
FEATURES = 80
WINDOW = 150  # frames of 10 ms: what the network is shown at once
HOP = 75
BATCH = 32  # windows; bounds the memory

Floats = npt.NDArray[np.float32]


class VoicesError(Exception):
    """The weights are missing or not the ones meant."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is missing or damaged")


class VoiceModel:
    """One network in memory; made once per process by `load_voices`."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def embed(self, sounds: Sequence[Floats]) -> Floats:
        """One vector of length 1 per stretch of 16 kHz samples (-1 to 1): shape (stretches, 192)."""
        owners, windows = [], []
        for index, sound in enumerate(sounds):
            for window in _windows(_filter_banks(sound)):
                owners.append(index)
                windows.append(window)
        found = [self._run(windows[at : at + BATCH]) for at in range(0, len(windows), BATCH)]
        sums = np.zeros((len(sounds), found[0].shape[1] if found else 0), np.float32)
        np.add.at(sums, owners, np.concatenate(found) if found else sums)
        return unit(sums)

    def _run(self, windows: Sequence[Floats]) -> Floats:
        (vectors,) = self._session.run(None, {"features": np.stack(windows)})
        return unit(np.asarray(vectors, np.float32))


def unit(vectors: npt.NDArray[Any]) -> Floats:
    """The same directions, each of length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


@cache
def load_voices() -> VoiceModel:
    """The shipped network, once per process, on one thread. Raises `VoicesError`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return VoiceModel(onnxruntime.InferenceSession(checked_weights(), options))


def checked_weights(folder: Path = SHIPPED) -> Path:
    """The file of the shipped network, after it matched its checksum. Raises `VoicesError`."""
    path = folder / MODEL_FILE
    if not path.is_file() or file_sha256(path) != SHA256:
        raise VoicesError(path)
    return path


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _filter_banks(sound: Floats) -> Floats:
    """Log mel energies: shape (frames, 80), at least one frame."""
    import kaldi_native_fbank

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0.0  # the same call gives the same vectors
    options.mel_opts.num_bins = FEATURES
    options.energy_floor = 1.0
    banks = kaldi_native_fbank.OnlineFbank(options)
    least = np.pad(sound, (0, max(0, SAMPLE_RATE // 40 - len(sound))))  # one frame of 25 ms
    banks.accept_waveform(SAMPLE_RATE, (least * 32768).tolist())
    banks.input_finished()
    return np.stack([banks.get_frame(index) for index in range(banks.num_frames_ready)])


def _windows(features: Floats) -> Iterator[Floats]:
    """Windows of 1.5 s, the last one flush with the end; what is shorter is repeated to fill one."""
    starts = list(range(0, max(1, len(features) - WINDOW + 1), HOP))
    if starts[-1] + WINDOW < len(features):
        starts.append(len(features) - WINDOW)
    for start in starts:
        window = features[start : start + WINDOW]
        level = window - window.mean(axis=0)  # what the line adds to every frame alike says nothing of the voice
        yield level if len(level) == WINDOW else np.resize(level, (WINDOW, FEATURES))

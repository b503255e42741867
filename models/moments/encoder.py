"""Read sentences in their context with a transformer encoder, whose tokenizer is that of transformers.

Inference is ONNX Runtime's, on the processor or a GPU; or torch's on a GPU (`torch_encoder`), of a model that was
exported with weights for it.
"""

import importlib.util
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.moments.labels import Message, MomentsError, Sentence
from models.moments.ngrams import normalised
from models.moments.windows import MAX_SENTENCE_TOKENS, Window, windows_for

MARKERS = {"operator": "[O]", "customer": "[C]"}
MODEL_FILE = "model.onnx"
TORCH_FILE, TORCH_CONFIG = "model.safetensors", "config.json"  # for torch; in the folder only if asked for
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}  # by device, in ONNX Runtime's words


class Encoder(ABC):
    """Sentences to vectors. What reads the tokens is up to the backend."""

    def __init__(self, folder: Path) -> None:
        """Load the tokenizer. Raises what transformers raises."""
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # it would advise torch, which is not needed
        from transformers import AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)

    @property
    @abstractmethod
    def width(self) -> int:
        """Length of a sentence's vector: twice the hidden size."""

    @abstractmethod
    def _hidden(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """The last hidden states, (T, H), of (1, T) tokens."""

    def vectors(self, sentences: Sequence[Sentence], wanted: Sequence[int]) -> NDArray[np.float32]:
        """(wanted, 2·H): for each wanted sentence the state at its marker and the mean over its tokens.

        `wanted`: rising indices of sentences whose speaker is known; the others serve as context.
        """
        out = np.zeros((len(wanted), self.width), dtype=np.float32)
        if not wanted:
            return out
        ids = self._token_ids(sentences)
        place = {index: row for row, index in enumerate(wanted)}
        for window in windows_for([len(row) for row in ids], wanted):
            for index, vector in self._read(ids, window):
                if index in place:
                    out[place[index]] = vector
        return out

    def _token_ids(self, sentences: Sequence[Sentence]) -> list[list[int]]:
        texts = [MARKERS.get(sentence.speaker, "") + normalised(sentence.text) for sentence in sentences]
        rows = self._tokenizer(texts, add_special_tokens=False)["input_ids"]
        return [row[:MAX_SENTENCE_TOKENS] for row in rows]

    def _read(self, ids: list[list[int]], window: Window) -> list[tuple[int, NDArray[np.float32]]]:
        rows = ids[window.start : window.end]
        starts = np.cumsum([1, *(len(row) for row in rows)])
        begin, end = frame_of(self._tokenizer)
        tokens = [begin, *(token for row in rows for token in row), end]
        hidden = self._hidden(np.array([tokens], dtype=np.int64))
        return [
            (index, np.concatenate([hidden[a], hidden[a:b].mean(axis=0)]))
            for index, a, b in zip(range(window.start, window.end), starts, starts[1:], strict=False)
            if window.first <= index < window.last and b > a
        ]


class OnnxEncoder(Encoder):
    """Any encoder exported by `export`: a folder with `model.onnx` and a Hugging Face tokenizer.

    The graph takes `input_ids` and `attention_mask`, (1, T) int64, and gives the last hidden states, (1, T, H).
    """

    def __init__(self, folder: Path, threads: int = 1, device: str = "cpu") -> None:
        """Load. Raises `MomentsError` where the folder holds no such encoder, or there is no such device."""
        import onnxruntime

        provider = PROVIDERS[device]
        if provider not in onnxruntime.get_available_providers():
            raise MomentsError(no_gpu())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            super().__init__(folder)
            self._session: Any = onnxruntime.InferenceSession(folder / MODEL_FILE, options, providers=[provider])
        except (OSError, ValueError, RuntimeError, onnxruntime.capi.onnxruntime_pybind11_state.Fail) as error:
            raise MomentsError(unreadable(folder)) from error
        if provider not in self._session.get_providers():  # without driver or libraries it would go on with the CPU
            raise MomentsError(no_gpu())

    @property
    def width(self) -> int:
        """Length of a sentence's vector: twice the hidden size."""
        return 2 * int(self._session.get_outputs()[0].shape[-1])

    def _hidden(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        (hidden,) = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        states: NDArray[np.float32] = hidden[0]
        return states


def open_encoder(folder: Path, threads: int = 1, device: str = "cpu") -> Encoder:
    """The encoder of `folder` on cpu or cuda: there with torch, where it is installed and the folder has its weights.

    Raises `MomentsError` where the folder holds no encoder, or there is no such device.
    """
    if device == "cuda" and (folder / TORCH_FILE).exists() and importlib.util.find_spec("torch"):
        from models.moments.torch_encoder import TorchEncoder

        return TorchEncoder(folder, device)
    return OnnxEncoder(folder, threads, device)


def unreadable(folder: Path) -> Message:
    """What to say of a folder that is no encoder."""
    return Message(
        f"{folder} はエンコーダーとして読めません。model.onnx と tokenizer.json があるか確かめてください。",
        f"{folder} cannot be read as an encoder. Check for model.onnx and tokenizer.json.",
    )


def no_gpu() -> Message:
    """What to say where a GPU was asked for and there is none."""
    return Message(
        "GPU を使えません。CUDA のドライバーと onnxruntime-gpu を入れる(--torch で教えたモデルなら CUDA 版の torch でも"
        "よい)か、設定 moments.device を cpu にしてください。",
        "The GPU cannot be used. Install the CUDA driver and onnxruntime-gpu (or, for a model taught with --torch, a"
        " CUDA build of torch), or set moments.device to cpu.",
    )


def frame_of(tokenizer: Any) -> tuple[int, int]:
    """The tokens that begin and end a text: `<s>` and `</s>`, or BERT's `[CLS]` and `[SEP]`."""
    begin = tokenizer.cls_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    end = tokenizer.sep_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id
    return int(begin), int(end)

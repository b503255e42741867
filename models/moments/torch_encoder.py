"""The encoder on a GPU by torch, which the training extra brings; `encoder.open_encoder` chooses it."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.moments.encoder import Encoder, no_gpu, unreadable
from models.moments.labels import MomentsError


class TorchEncoder(Encoder):
    """An encoder that `export` wrote with weights for torch: the same rounded numbers as those of its `model.onnx`."""

    def __init__(self, folder: Path, device: str) -> None:
        """Load to `device`, in half precision except on the processor. Raises `MomentsError` as `open_encoder` does."""
        import torch
        from transformers import AutoModel

        if device == "cuda" and not torch.cuda.is_available():
            raise MomentsError(no_gpu())
        kind = torch.float32 if device == "cpu" else torch.float16
        try:
            super().__init__(folder)
            model: Any = AutoModel.from_pretrained(folder, local_files_only=True, dtype=kind)
        except (OSError, ValueError) as error:
            raise MomentsError(unreadable(folder)) from error
        self._device = device
        self._model = model.to(device).eval()

    @property
    def width(self) -> int:
        """Length of a sentence's vector: twice the hidden size."""
        return 2 * int(self._model.config.hidden_size)

    def _hidden(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            ids = torch.from_numpy(tokens).to(self._device)
            hidden = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        states: NDArray[np.float32] = hidden[0].float().cpu().numpy()
        return states

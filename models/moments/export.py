"""A trained encoder to ONNX int8 (needs torch and onnx, the training extra)."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.moments.encoder import MODEL_FILE
from models.moments.head import TAUGHT_FILE, untrained, write_head

OPSET = 17


def export(folder: Path, out: Path) -> None:
    """Write `model.onnx` (int8 weights), the tokenizer and, the head it was taught with (or an untrained one) to `out`.

    `folder`: a Hugging Face encoder, as it is or as `finetune` wrote it.
    """
    import torch  # type: ignore[import-not-found, unused-ignore]
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel, AutoTokenizer

    out.mkdir(parents=True, exist_ok=True)
    encoder = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        _to_onnx(encoder, whole)
        quantize_dynamic(whole, out / MODEL_FILE, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    AutoTokenizer.from_pretrained(folder).save_pretrained(out)
    head = untrained(2 * encoder.config.hidden_size)
    if (folder / "head.pt").exists():
        state = torch.load(folder / "head.pt", weights_only=True)
        arrays = {name: state[name].double().numpy() for name in ("weight", "bias")}
        head = replace(head, weights=arrays["weight"], bias=arrays["bias"])
    write_head(head, out / TAUGHT_FILE)


def _to_onnx(encoder: Any, path: Path) -> None:
    import torch

    class HiddenStates(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """Only the last hidden states, under plain names."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = torch.ones(1, 8, dtype=torch.long)
    names = {"input_ids": {1: "tokens"}, "attention_mask": {1: "tokens"}, "hidden": {1: "tokens"}}
    torch.onnx.export(
        HiddenStates(),
        (example, example),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=["hidden"],
        dynamic_axes=names,
        opset_version=OPSET,
        dynamo=False,
    )

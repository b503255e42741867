"""The whole way of an encoder: made with transformers, taught, exported, trained on, used. Needs torch and onnx."""

import random
from pathlib import Path

import numpy as np
import pytest

from models.moments.classify import load_classifier
from models.moments.encoder import MODEL_FILE, TORCH_FILE, OnnxEncoder, open_encoder
from models.moments.finetune import Schedule
from models.moments.labels import MomentsError, Sentence
from models.moments.training import train_moments
from tests.models.moments.calls import some_calls

pytest.importorskip("torch", reason="the training extra is not installed")
pytest.importorskip("onnx", reason="the training extra is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # torch warns of the exporter that `export` uses on purpose


def test_any_hugging_face_encoder_goes_the_whole_way(data_dir: Path, tmp_path: Path) -> None:
    from models.moments.teach import teach_encoder
    from tests.models.moments.tiny_encoder import make_tiny_encoder

    base, encoder = tmp_path / "base", tmp_path / "encoder"
    make_tiny_encoder(base)
    losses: list[float] = []
    schedule = Schedule(epochs=6, lr=1e-3)
    teach_encoder(data_dir, encoder, 1, base=base, schedule=schedule, progress=lambda step, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    train_moments(data_dir, tmp_path / "model", 1, encoder_dir=encoder)
    (verdict,) = load_classifier(tmp_path / "model").classify(
        [Sentence("customer", "もう解約したいんです。")], skip=False
    )
    assert "churn_risk" in verdict.labels


def test_the_same_seed_teaches_the_same_encoder(data_dir: Path, tmp_path: Path) -> None:
    from models.moments.teach import teach_encoder
    from tests.models.moments.tiny_encoder import make_tiny_encoder

    make_tiny_encoder(tmp_path / "base")
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        teach_encoder(data_dir, tmp_path / name, seed, base=tmp_path / "base", schedule=Schedule(epochs=2, lr=1e-3))
    one, again, other = ((tmp_path / name / MODEL_FILE).read_bytes() for name in ("one", "again", "other"))
    assert one == again != other


def test_a_base_that_is_none_is_said(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.moments.teach import teach_encoder

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for base in (data_dir, "kouken/no-such-encoder", "not a name"):
        with pytest.raises(MomentsError, match=r"Hugging Face.*フォルダーか名前"):
            teach_encoder(data_dir, tmp_path / "encoder", 1, base=base)


def test_rounding_the_weights_hardly_moves_the_vectors(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    from models.moments.export import export
    from models.moments.finetune import vectors_of
    from models.moments.reading import Reader
    from tests.models.moments.tiny_encoder import make_tiny_encoder

    make_tiny_encoder(tmp_path / "base")
    export(tmp_path / "base", tmp_path / "onnx")
    call = some_calls()[0].part(0, 4)
    reader = Reader(AutoTokenizer.from_pretrained(tmp_path / "base"), [call], random.Random(0))
    (piece,) = reader.plain()
    with torch.no_grad():
        exact = vectors_of(AutoModel.from_pretrained(tmp_path / "base").eval(), [piece], reader.pad).numpy()
    rounded = OnnxEncoder(tmp_path / "onnx").vectors(call.sentences, range(4))
    assert np.linalg.norm(exact - rounded) < 0.05 * np.linalg.norm(exact)


def test_torch_reads_the_same_vectors_from_a_model_taught_for_it(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no GPU in these tests: the backend is tried on the processor, the choice of it with a GPU feigned."""
    from models.moments import torch_encoder
    from models.moments.teach import teach_encoder
    from tests.models.moments.tiny_encoder import make_tiny_encoder

    make_tiny_encoder(tmp_path / "base")
    schedule = Schedule(epochs=1, lr=1e-3)
    teach_encoder(data_dir, tmp_path / "taught", 1, base=tmp_path / "base", schedule=schedule, for_torch=True)
    train_moments(data_dir, tmp_path / "model", 1, encoder_dir=tmp_path / "taught")
    assert TORCH_FILE in load_classifier(tmp_path / "model").manifest.files
    onnx, torch = OnnxEncoder(tmp_path / "model"), torch_encoder.TorchEncoder(tmp_path / "model", "cpu")
    call = some_calls()[0]
    by_torch, by_onnx = (it.vectors(call.sentences, range(len(call.sentences))) for it in (torch, onnx))
    assert by_torch.shape == by_onnx.shape
    assert np.linalg.norm(by_torch - by_onnx) < 0.005 * np.linalg.norm(by_onnx)  # what half precision leaves off

    chosen: list[tuple[Path, str]] = []
    monkeypatch.setattr(torch_encoder, "TorchEncoder", lambda *where: chosen.append(where))
    open_encoder(tmp_path / "model", device="cuda")
    assert chosen == [(tmp_path / "model", "cuda")]
    assert isinstance(open_encoder(tmp_path / "model"), OnnxEncoder)


def test_torch_without_a_gpu_is_said(tmp_path: Path) -> None:
    from models.moments.export import export
    from tests.models.moments.tiny_encoder import make_tiny_encoder

    make_tiny_encoder(tmp_path / "base")
    export(tmp_path / "base", tmp_path / "model", for_torch=True)
    with pytest.raises(MomentsError, match=r"GPU.*moments\.device"):
        open_encoder(tmp_path / "model", device="cuda")

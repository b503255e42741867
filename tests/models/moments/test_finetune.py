"""The whole way of an encoder: made with transformers, taught, exported, trained on, used. Needs torch and onnx."""

from pathlib import Path

import pytest

from models.moments.classify import load_classifier
from models.moments.finetune import Schedule
from models.moments.labels import Sentence
from models.moments.training import train_moments

pytest.importorskip("torch", reason="the training extra is not installed")
pytest.importorskip("onnx", reason="the training extra is not installed")


def test_any_hugging_face_encoder_goes_the_whole_way(data_dir: Path, tmp_path: Path) -> None:
    from models.moments.teach import teach_encoder
    from tests.models.moments.tiny_encoder import make_tiny_encoder

    base, encoder = tmp_path / "base", tmp_path / "encoder"
    make_tiny_encoder(base)
    losses: list[float] = []
    schedule = Schedule(epochs=4, lr=1e-3)
    teach_encoder(data_dir, encoder, 1, base=base, schedule=schedule, progress=lambda step, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    train_moments(data_dir, tmp_path / "model", 1, encoder_dir=encoder)
    (verdict,) = load_classifier(tmp_path / "model").classify(
        [Sentence("customer", "もう解約したいんです。")], skip=False
    )
    assert "churn_risk" in verdict.labels

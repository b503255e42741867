import json
from pathlib import Path

import pytest

from models.moments.classify import MomentClassifier, load_classifier
from models.moments.labels import Call
from models.moments.training import train_moments
from tests.models.moments.calls import some_calls

TINY = Path(__file__).parent / "tiny"


def write_calls(calls: list[Call], folder: Path, name: str = "{}") -> Path:
    for call in calls:
        turns = [
            {"speaker": sentence.speaker, "sentences": [{"text": sentence.text, "labels": sorted(labels)}]}
            for sentence, labels in zip(call.sentences, call.labels, strict=True)
        ]
        record = {"call_id": call.call_id, "industry": call.industry, "split": call.split, "form": call.form}
        document = json.dumps({**record, "turns": turns}, ensure_ascii=False)
        (folder / f"{name.format(call.call_id)}.json").write_text(document, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_calls(some_calls(), tmp_path_factory.mktemp("calls"))


@pytest.fixture(scope="session")
def model_dir(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on the small calls with the tiny encoder."""
    out = tmp_path_factory.mktemp("model") / "moments"
    train_moments(data_dir, out, seed=1, encoder_dir=TINY)
    return out


@pytest.fixture(scope="session")
def classifier(model_dir: Path) -> MomentClassifier:
    return load_classifier(model_dir)


@pytest.fixture(scope="session")
def shipped() -> MomentClassifier:
    return load_classifier()

"""Where an encoder is read: on the processor, or on a GPU that must be there."""

from typing import Any

import onnxruntime
import pytest

from models.moments.encoder import PROVIDERS, OnnxEncoder
from models.moments.labels import MomentsError
from tests.models.moments.conftest import TINY


class Session:
    """ONNX Runtime's session, as far as it is asked where it runs; `runs_on` is where it does."""

    runs_on: list[str]

    def __init__(self, _model: object, _options: object, providers: list[str]) -> None:
        self.asked = providers

    def get_providers(self) -> list[str]:
        return self.runs_on


@pytest.fixture
def gpu_build(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(PROVIDERS.values()))
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    return monkeypatch


def test_a_runtime_without_gpu_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [PROVIDERS["cpu"]])
    with pytest.raises(MomentsError, match=r"onnxruntime-gpu.*moments\.device"):
        OnnxEncoder(TINY, device="cuda")


def test_a_gpu_is_used_where_it_is_asked_for(gpu_build: pytest.MonkeyPatch) -> None:
    gpu_build.setattr(Session, "runs_on", [PROVIDERS["cuda"], PROVIDERS["cpu"]], raising=False)
    assert OnnxEncoder(TINY, device="cuda")._session.asked == [PROVIDERS["cuda"]]


def test_a_session_that_fell_back_to_the_processor_is_no_gpu(gpu_build: pytest.MonkeyPatch) -> None:
    gpu_build.setattr(Session, "runs_on", [PROVIDERS["cpu"]], raising=False)
    with pytest.raises(MomentsError, match="onnxruntime-gpu"):
        OnnxEncoder(TINY, device="cuda")

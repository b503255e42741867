"""A device that cannot hear is found before a night relies on it."""

import subprocess
from pathlib import Path

import pytest

from pipeline import doctor
from pipeline.settings import Settings, SpeechSettings
from pipeline.speech import trial
from tests.pipeline.speech.test_work import half_downloaded


def test_broken_model_is_told_in_one_line(tmp_path: Path) -> None:
    settings = SpeechSettings(model=str(half_downloaded(tmp_path / "model")), diarise=False)
    told = trial.try_recogniser(settings, tmp_path)
    assert told is not None
    assert "speech.model" in told
    assert "\n" not in told


def test_process_that_aborts_without_a_word_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = subprocess.CompletedProcess([], -6, "", "Could not load library libcudnn_ops.so.9\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert trial.try_recogniser(SpeechSettings(), tmp_path) == "Could not load library libcudnn_ops.so.9"
    done.stderr = ""
    assert trial.try_recogniser(SpeechSettings(), tmp_path) == "exit code -6"


@pytest.mark.parametrize(("problem", "state"), [(None, "ok"), ("cuDNN", "fail")])
def test_doctor_tries_a_gpu_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, problem: str | None, state: str
) -> None:
    monkeypatch.setattr(trial, "try_recogniser", lambda *_: problem)
    check = doctor._device(Settings(data_dir=tmp_path, speech={"device": "cuda", "compute_type": "float16"}))
    assert (check.name, check.state) == ("device", state)
    assert (check.remedy is None) == (problem is None)


@pytest.mark.slow
def test_shipped_weights_hear_on_the_processor(tmp_path: Path) -> None:
    assert trial.try_recogniser(SpeechSettings(diarise=False), tmp_path) is None

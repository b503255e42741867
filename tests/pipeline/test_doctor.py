"""The doctor says what is there, what is missing, and what to do."""

from pathlib import Path

import pytest

from models.moments import manifest
from models.voices import embedding
from pipeline.doctor import Check, examine
from pipeline.settings import Settings, SpeechSettings, WorkSettings


def by_name(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(settings)}


def own_weights(folder: Path) -> Settings:
    folder.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (folder / name).write_text("{}")
    return Settings(data_dir=folder.parent / "data", speech=SpeechSettings(model=str(folder)))


@pytest.mark.sqlite
def test_doctor_finds_everything_installed(tmp_path: Path) -> None:
    checks = by_name(own_weights(tmp_path / "weights"))
    assert {name for name, check in checks.items() if check.state == "fail"} == set()
    assert checks["store"].state == "warn", "no night has made it yet"
    assert "files match" in checks["classifier"].found


def test_doctor_names_missing_weights_and_the_remedy(tmp_path: Path) -> None:
    settings = own_weights(tmp_path / "weights")
    (tmp_path / "weights" / "model.bin").unlink()
    check = by_name(settings)["weights"]
    assert check.state == "fail" and "model.bin" in check.found


def test_doctor_wants_a_token_for_ray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    token = tmp_path / "token"
    without = Settings(data_dir=tmp_path, work=WorkSettings(engine="ray"))
    lost = Settings(data_dir=tmp_path, work=WorkSettings(engine="ray", ray_token_file=token))
    for settings in (without, lost):
        assert by_name(settings)["ray"].state == "fail"
    token.write_text("secret")
    found = by_name(lost)["ray"]
    assert found.state == "ok" and "secret" not in found.found
    assert "ray" not in by_name(Settings(data_dir=tmp_path))


def test_doctor_notices_damaged_voice_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_name(own_weights(tmp_path / "weights"))["voices"].state == "ok"
    monkeypatch.setattr(embedding, "SHA256", "0" * 64)
    check = by_name(own_weights(tmp_path / "again"))["voices"]
    assert check.state == "fail" and check.remedy is not None


def test_doctor_notices_a_damaged_classifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "SHIPPED", tmp_path)
    check = by_name(own_weights(tmp_path / "weights"))["classifier"]
    assert check.state == "fail" and check.remedy is not None

"""Weights are found, joined once, checked always; what is wrong is named with its remedy."""

from pathlib import Path

import pytest

from pipeline.errors import KoukenError
from pipeline.speech import weights
from pipeline.speech.weights import Part, file_sha256, find_weights


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path, *, damaged: bool = False) -> None:
    """Two small parts instead of the real 145 MB."""
    (folder / "a").write_bytes(b"first ")
    (folder / "b").write_bytes(b"second")
    (folder / "whole").write_bytes(b"first second")
    monkeypatch.setattr(weights, "_installed", lambda part: folder / part.path)
    monkeypatch.setattr(weights, "BASE_PARTS", (Part("p", "a"), Part("p", "b")))
    monkeypatch.setattr(weights, "BASE_FILES", (Part("p", "config.json"),))
    (folder / "config.json").write_text("{}")
    expected = {"model.bin": file_sha256(folder / "whole"), "config.json": file_sha256(folder / "config.json")}
    monkeypatch.setattr(weights, "BASE_SHA256", expected)
    if damaged:
        (folder / "b").write_bytes(b"secomd")


def test_parts_are_joined_once_and_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, tmp_path)
    folder, model = find_weights("", tmp_path / "data")
    assert (folder / "model.bin").read_bytes() == b"first second"
    assert model.name == "whisper-base"
    assert model.sha256 == file_sha256(folder / "model.bin")
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.bin"]


def test_cached_file_that_changed_is_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, tmp_path)
    folder, _ = find_weights("", tmp_path / "data")
    (folder / "model.bin").write_bytes(b"first")
    find_weights("", tmp_path / "data")
    assert (folder / "model.bin").read_bytes() == b"first second"


def test_damaged_part_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, tmp_path, damaged=True)
    with pytest.raises(KoukenError) as caught:
        find_weights("", tmp_path / "data")
    assert "model.bin" in str(caught.value)
    assert "make setup" in str(caught.value)
    assert not list((tmp_path / "data").rglob("*model.bin*"))


def test_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "BASE_PARTS", (Part("no_such_weights", "model.bin.part1"),))
    with pytest.raises(KoukenError) as caught:
        find_weights("", tmp_path)
    assert "no_such_weights" in str(caught.value)


def test_own_folder_comes_first(tmp_path: Path) -> None:
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (tmp_path / name).write_text(name)
    folder, model = find_weights(str(tmp_path), tmp_path / "data")
    assert folder == tmp_path
    assert model.name == tmp_path.name
    assert not (tmp_path / "data").exists()


def test_half_an_own_folder_names_the_missing_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(KoukenError) as caught:
        find_weights(str(tmp_path), tmp_path / "data")
    assert str(tmp_path / "model.bin") in str(caught.value)

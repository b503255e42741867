import shutil
from pathlib import Path

import pytest

from models.moments.classify import load_classifier
from models.moments.labels import MomentsError
from models.moments.manifest import MANIFEST, checked_manifest, write_manifest


def test_the_version_changes_with_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"one")
    first = write_manifest(tmp_path, "1", ("a.npz",))
    assert checked_manifest(tmp_path) == first
    (tmp_path / "a.npz").write_bytes(b"two")
    assert write_manifest(tmp_path, "1", ("a.npz",)).version != first.version


def test_a_changed_file_is_refused_by_name(model_dir: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    damaged = copy / "model.onnx"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(MomentsError, match=r"model\.onnx の中身"):
        load_classifier(copy)


@pytest.mark.parametrize("missing", ["model.onnx", "head.npz", MANIFEST])
def test_a_missing_file_is_refused_by_name(model_dir: Path, tmp_path: Path, missing: str) -> None:
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    (copy / missing).unlink()
    with pytest.raises(MomentsError, match=f"{missing} がありません"):
        load_classifier(copy)


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[]", encoding="utf-8")
    with pytest.raises(MomentsError, match="目録として読めません"):
        checked_manifest(tmp_path)

"""The house rules on imports, read from the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipeline", "models", "phrases", "api")
MAY_IMPORT = {
    "api": {"api", "pipeline", "models", "phrases"},
    "pipeline": {"pipeline", "models", "phrases"},
    "models": {"models"},
    "phrases": {"phrases"},
}
HOMES = {  # library: where it may be imported
    "fastapi": ("api/",),
    "starlette": ("api/",),
    "uvicorn": ("api/",),
    "argon2": ("pipeline/accounts/passwords.py",),
    "zxcvbn": ("pipeline/accounts/passwords.py",),
    "pyotp": ("pipeline/accounts/second_factor.py",),
    "segno": ("pipeline/accounts/second_factor.py",),
    "cryptography": ("pipeline/accounts/second_factor.py",),
    "jinja2": ("api/", "pipeline/reports/"),
    "typst": ("pipeline/reports/",),
    "fontTools": ("pipeline/reports/",),
    "sqlalchemy": ("pipeline/store/",),
    "alembic": ("pipeline/store/",),
    "pysqlite3": ("pipeline/store/",),
    "psycopg": ("pipeline/store/",),
    "faster_whisper": ("pipeline/speech/",),
    "ctranslate2": ("pipeline/speech/",),
    "av": ("pipeline/audio/",),
    "ray": ("pipeline/processes/ray_workers.py",),
    "pebble": ("pipeline/processes/workers.py",),
    "spacy": ("phrases/japanese.py",),
    "ginza": ("phrases/japanese.py",),
    "sudachipy": ("phrases/japanese.py", "models/moments/sounds.py"),
    "re2": ("phrases/patterns.py",),
    "transformers": ("models/moments/",),
    "tokenizers": ("models/moments/",),
    "onnxruntime": ("models/moments/", "models/voices/"),
    "kaldi_native_fbank": ("models/voices/",),
}
STAGES = ("audio", "speech", "text", "outcomes", "reports")
STAGE_MAY_IMPORT = {  # what a stage may take from another one: plain shapes and readers, never the stage's work
    "speech": {"audio"},
    "reports": {"outcomes"},
}


def modules() -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found if "migrations" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_go_one_way(path: Path) -> None:
    own = path.parts[0]
    taken = {name.split(".")[0] for name in imported(path)} & set(PACKAGES)
    assert taken <= MAY_IMPORT[own]


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_nothing_of_tests_or_notebooks(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & {"tests", "notebooks"}


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_heavy_libraries_in_their_homes_only(path: Path) -> None:
    for name in imported(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or path.as_posix().startswith(homes), f"{name} in {path}"


@pytest.mark.parametrize("path", [path for path in modules() if path.parts[1] in STAGES], ids=str)
def test_imports_stages_do_not_know_each_other(path: Path) -> None:
    own = path.parts[1]
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "pipeline" and len(parts) > 1 and parts[1] in STAGES:
            assert parts[1] in {own} | STAGE_MAY_IMPORT.get(own, set()), f"{name} in {path}"
        assert not name.startswith("pipeline.store") or own == "reports"


def test_imports_the_store_knows_no_stage() -> None:
    for path in modules():
        if path.parts[:2] == ("pipeline", "store"):
            assert not any(name.startswith(f"pipeline.{stage}") for name in imported(path) for stage in STAGES)

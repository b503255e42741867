"""`kouken phrases discover` over a store: what it counted, and the warning that goes with every result."""

import json
from pathlib import Path

import pytest

from models.association import Association
from pipeline.cli import run
from pipeline.dictionaries.phrase_discovery import Candidate, Context, Discovery
from pipeline.store.migrate import open_store
from tests.api import world


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def fill(data: Path) -> None:
    store = open_store(f"sqlite:///{data / 'kouken.db'}")
    world.fill(store)
    store.close()


def test_before_the_first_night_there_is_nothing_to_discover(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["phrases", "discover", "--lang", "ja"]) == 2
    assert "夜間バッチ" in capsys.readouterr().err


def test_few_calls_give_their_numbers_no_candidate_and_the_warning(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(data)
    capsys.readouterr()
    assert run(["phrases", "discover", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["candidates"] == [] and 0 < found["with_outcome"] <= found["calls"] <= len(world.all_calls())
    assert "効果ではありません" in found["warning"]["ja"]
    assert run(["phrases", "discover", "--lang", "ja"]) == 0
    assert "比べるには少なすぎます" in capsys.readouterr().out


def test_every_candidate_is_shown_with_interval_and_context(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Association(1.9, 1.2, 3.0, 0.004, 0.03, 40, 30, 90, 45)
    place = Context("c7", 3, "では、", "ご様子を伺います", "ね。")
    found = Discovery("outcome", (Candidate("ご様子を伺います", 40, 6, known, None, (place,)),), 130, 130, 12)
    monkeypatch.setattr("pipeline.dictionaries.phrase_discovery.discover_stored", lambda store, dictionary: found)
    assert run(["phrases", "discover", "--lang", "ja"]) == 0
    out = capsys.readouterr().out
    assert "■ ご様子を伺います" in out and "通話 40、担当者 6" in out
    assert "30/40 vs 45/90, odds ratio 1.90 (1.20–3.00)" in out
    assert "c7 #3 …では、【ご様子を伺います】ね。…" in out
    assert out.rstrip().endswith("前後の言葉を読んでください。")

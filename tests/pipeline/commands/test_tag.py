"""`kouken tag`, `kouken evaluate tags` and `kouken phrases …`: what they print and write."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.commands.evaluate_tags import command as evaluate_tags
from pipeline.commands.phrases_diff import command as diff
from pipeline.commands.phrases_export import command as export
from pipeline.commands.phrases_lint import command as lint
from pipeline.commands.phrases_test import command as try_query
from pipeline.commands.tag import command as tag
from pipeline.errors import ExitCode
from pipeline.text.dictionary import BadDictionary

QUOTE = "お見積もりをお送りしましょうか。"
BAD = "category: proposal\nphrases:\n- {id: a.b, phrase: 上位プラン, examples: [解約です]}\n"


@pytest.fixture(autouse=True)
def nobodys_dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a store, of another version and with phrases of their own."""
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def call(tmp_path: Path) -> Path:
    turns = [{"speaker": "operator", "sentences": [{"text": QUOTE, "labels": ["proposal"]}]}]
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"call_id": "a", "turns": turns}), encoding="utf-8")
    return folder


def run(command: Any, *arguments: str | Path) -> Any:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def test_tag_writes_one_file_per_call(call: Path, tmp_path: Path) -> None:
    assert run(tag, call, "--out", tmp_path / "out").exit_code == 0
    document = json.loads((tmp_path / "out" / "a.json").read_text(encoding="utf-8"))
    assert [moment["label"] for moment in document["moments"]] == ["proposal"]


def test_tag_goes_on_after_a_file_that_is_no_dialogue(call: Path, tmp_path: Path) -> None:
    (call / "0.json").write_text("{}", encoding="utf-8")
    result = run(tag, call, "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == ExitCode.SOME_QUARANTINED
    assert "0.json: Neither a transcript nor a dialogue" in result.output
    assert (tmp_path / "out" / "a.json").exists()


def test_evaluate_tags_prints_the_promised_json(call: Path) -> None:
    found = json.loads(run(evaluate_tags, call, "--json").output)
    assert set(found["labels"]["proposal"]) >= {"precision", "recall", "f1", "ci_low", "ci_high", "support"}
    assert found["operator_macro_f1"] == 1.0
    assert "proposal" in run(evaluate_tags, call).output


def test_phrases_test_shows_where_a_query_is_found(call: Path) -> None:
    assert "a 0:0-5" in run(try_query, "お見積もり", call).output
    with pytest.raises(BadDictionary):
        CliRunner().invoke(try_query, ["(", str(call)], catch_exceptions=False)


def test_phrases_lint_lists_problems_and_fails_on_errors(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    result = run(lint, tmp_path / "bad.yaml", "--json")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert json.loads(result.output)["errors"] == 3


def test_phrases_export_and_diff(call: Path, tmp_path: Path) -> None:
    assert run(export, "--out", tmp_path / "d.csv").exit_code == 0
    text = (tmp_path / "d.csv").read_text(encoding="utf-8-sig").replace("proposal.quote-1,", "proposal.renamed,")
    (tmp_path / "e.csv").write_text(text, encoding="utf-8-sig")
    output = run(diff, tmp_path / "d.csv", tmp_path / "e.csv", call).output
    assert "- proposal.quote-1" in output
    assert "  + proposal.renamed a 0:1-14" in output

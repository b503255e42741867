"""What a person meets at the command line."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS, run
from pipeline.commands import bench, evaluate
from pipeline.commands.options import Command, language_in

HEAVY = {"numpy", "pandas", "sqlalchemy", "pydantic", "spacy", "faster_whisper", "fastapi", "rich", "av"}


def test_cli_help_imports_nothing_heavy() -> None:
    code = "import sys; from pipeline.cli import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "nightly" in done.stdout
    assert not HEAVY & set(done.stderr.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_cli_every_command_explains_itself_in_both_languages(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help", "--lang", "ja"]) == 0
    japanese = capsys.readouterr().out
    assert run([name, "--lang=en", "--help"]) == 0
    english = capsys.readouterr().out
    assert "使い方" in japanese and "Usage" in english
    assert "[required]" not in japanese
    assert not re.search("[ぁ-んァ-ヶ一-龠]", english)


@pytest.mark.parametrize("group", [evaluate.command, bench.command], ids=["evaluate", "bench"])
def test_cli_every_subcommand_can_be_loaded(group: Command, capsys: pytest.CaptureFixture[str]) -> None:
    for name in group.table:  # type: ignore[attr-defined]
        assert run([str(group.name), name, "--help", "--lang", "en"]) == 0
        assert "Usage" in capsys.readouterr().out


def test_cli_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"kouken {version('kouken')}\n"


def test_cli_unknown_command_is_bad_usage_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["frob", "--lang", "ja"]) == 2
    assert "コマンド frob はありません。" in capsys.readouterr().err
    assert run(["frob", "--lang", "en"]) == 2
    assert "No such command 'frob'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["load", "frob", "x.csv"],
            "使えるのは calls、contracts、outcomes、snapshots、customer_snapshots、words です。",
        ),
        (["phrases", "import", "none.yaml"], "none.yaml がないか、使えません。"),
        (["selftest", "estimate", "--replications", "1"], "2 以上の整数で書いてください。"),
    ],
)
def test_cli_value_that_cannot_be_used_is_told_in_the_readers_language(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--lang", "ja"]) == 2
    assert told in capsys.readouterr().err


def test_cli_missing_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nightly", "--lang", "ja"]) == 2
    assert "--archive" in capsys.readouterr().err


def test_cli_near_miss_of_an_option_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nightly", "--archve", "x", "--lang", "ja"]) == 2
    assert "--archive のことですか" in capsys.readouterr().err


def test_cli_error_of_the_program_shows_no_customer_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("お客様の言葉")

    monkeypatch.setattr("pipeline.doctor.examine", fail)
    assert run(["doctor", "--lang", "ja"]) == 1
    shown = capsys.readouterr().err
    assert "ValueError" in shown and "お客様の言葉" not in shown


@pytest.mark.parametrize(
    ("arguments", "language"),
    [(["--lang", "en"], "en"), (["x", "--lang=ja"], "ja"), (["--lang"], None), (["--lang", "fr"], None), ([], None)],
)
def test_cli_language_is_found_wherever_it_stands(arguments: list[str], language: str | None) -> None:
    assert language_in(arguments) == language


def test_cli_missing_settings_file_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nowhere.toml"
    assert run(["doctor", "--config", str(missing), "--lang", "ja"]) == 2
    assert str(missing) in capsys.readouterr().err

"""What the README says is there, and what is there is in the README."""

from pathlib import Path

import pytest

from pipeline.cli import COMMANDS
from pipeline.commands import bench, evaluate
from pipeline.errors import REASON_TEXTS, ExitCode, Reason

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_docs_name_every_command(name: str) -> None:
    assert f"kouken {name}" in README


def test_docs_name_every_evaluation_and_benchmark() -> None:
    names = [f"evaluate {name}" for name in evaluate.command.table] + [f"bench {name}" for name in bench.command.table]
    assert [name for name in names if f"kouken {name}" not in README] == []


@pytest.mark.parametrize("code", ExitCode)
def test_docs_name_every_exit_code(code: ExitCode) -> None:
    line = README.split("終了コード:")[1].split("\n\n")[0]
    assert f"{code.value} " in line


def test_docs_every_reason_says_what_to_do() -> None:
    assert set(REASON_TEXTS) == set(Reason)


def test_docs_every_make_target_of_the_readme_exists() -> None:
    for word in README.split("make ")[1:]:
        target = word.split()[0].rstrip("`")
        if target.isascii() and target.isalpha():
            assert f"\n{target}:" in MAKEFILE, target


def test_docs_changelog_and_contributing_exist() -> None:
    assert "make test" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "0.1.0" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

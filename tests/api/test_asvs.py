"""The checklist of security names tests that exist, and claims nothing without one."""

import ast
import re
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from api.words import WORK_KINDS

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<number>[\dHI][\d.]*) \|(?P<cells>.*)\|$", re.MULTILINE)
ROWS = {row["number"]: [cell.strip() for cell in row["cells"].split("|")] for row in ROW.finditer(
    (ROOT / "api" / "asvs.md").read_text("utf-8")
)}  # fmt: skip


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_row_of_both_tables_is_read() -> None:
    assert {f"H{number}" for number in range(1, 12)} | {f"I{number}" for number in range(1, 8)} <= ROWS.keys()
    assert len([number for number in ROWS if number[0].isdigit()]) > 60


@pytest.mark.parametrize("number", ROWS)
def test_what_is_claimed_is_held_by_tests_that_exist(number: str) -> None:
    asked, state, how, named = ROWS[number]
    assert asked and how and state in ("○", "△", "×")
    assert named or state != "○"
    for test in filter(None, named.split(", ")):
        path, _, name = test.partition("::")
        assert name in names_in(path), test


def text_under(heading: str) -> str:
    return (ROOT / "api" / "asvs.md").read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows_under(heading: str) -> list[list[str]]:
    """The rows of a section's table, without its head."""
    rows = [line.strip("| ").split(" | ") for line in text_under(heading).splitlines() if line.startswith("| ")]
    assert len(rows) > 3
    return rows[1:]


@pytest.mark.parametrize("row", rows_under("業務の上限"), ids=lambda row: row[0])
def test_every_limit_is_written_as_it_is(row: list[str]) -> None:
    _, written, place = row
    module, _, name = place.strip("`").rpartition(".")
    assert f"{getattr(import_module(module), name):,.0f}" == written


def test_no_weak_hash_protects_anything() -> None:
    """The linter refuses MD5 and SHA-1; the one that is let through says that it is for no protection."""
    linting = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in linting["select"] and not [rule for rule in linting["ignore"] if rule.startswith("S3")]
    code = [path.read_text("utf-8") for folder in ("api", "models", "phrases", "pipeline") for path in sources(folder)]
    weak = [line for text in code for line in text.splitlines() if re.search(r"\bmd5\(|\bsha1\(|S324", line)]
    assert len(weak) == 1 and "usedforsecurity=False" in weak[0]


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("number", [number for number, cells in ROWS.items() if "下の「" in cells[2]])
def test_what_is_written_below_is_written_there(number: str) -> None:
    sections = re.findall(r"下の「([^」]+)」", ROWS[number][2])
    assert sections
    for heading in sections:
        assert len(text_under(heading)) > 100, heading


@pytest.mark.parametrize("row", rows_under("値の組み合わせ"), ids=lambda row: row[0])
def test_every_rule_on_several_values_names_its_test(row: list[str]) -> None:
    for test in row[-1].split(", "):
        path, _, name = test.partition("::")
        assert name in names_in(path), test


def test_every_kind_of_work_beside_the_pages_is_listed() -> None:
    """Every kind has a page of its own, whose heading and whose area are looked up by it."""
    listed = set(re.findall(r"`(\w+)`", " ".join(" ".join(row) for row in rows_under("重い仕事"))))
    begun = {kind for path in (ROOT / "api").rglob("*.py") for kind in kinds_begun_in(path)}
    assert begun == listed and WORK_KINDS.keys() <= listed


def kinds_begun_in(path: Path) -> set[str]:
    """The first argument of each `Work(…)`, where it is written out or a constant of the module."""
    text = path.read_text("utf-8")
    given = set(re.findall(r"\bWork\(\s*(\"?\w+\"?)", text))
    return {one.strip('"') if one.startswith('"') else str(getattr(module_of(path), one)) for one in given}


def module_of(path: Path) -> ModuleType:
    return import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_every_key_that_the_product_makes_is_listed() -> None:
    """Whatever makes or reads a secret is in one of these modules, and each has its row among the keys."""
    rows = {"phone_key": "電話番号", "sessions": "サインインの印", "tokens": "API トークン", "passwords": "パスワード"}
    rows |= {"notification_rules": "Webhook", "webhook": "Webhook", "openid": "OIDC"}
    rows |= {"second_factor": "確認コードのもと", "passwords": "パスワード", "pending": "サインインの途中のもの"}
    rows |= {"uploads": "途中の取り込み", "background": "途中の取り込み", "refused": "途中の取り込み"}
    makers = {
        path.stem
        for folder in ("pipeline", "api")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"secrets\.token_(urlsafe|bytes)|PasswordHasher|generate_token|hmac\.new", path.read_text("utf-8"))
    }
    keys = (ROOT / "api" / "asvs.md").read_text("utf-8").partition("## 鍵と、その一生")[2].partition("\n## ")[0]
    assert makers - rows.keys() == set()
    assert all(f"| {name}" in keys for name in rows.values())

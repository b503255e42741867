"""The KPI sheet's file: the example in the help is readable, and every wrong key is named."""

import textwrap
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.outcomes import goals, health_formula
from pipeline.outcomes.goals import read_goals
from pipeline.outcomes.health_formula import read_health_formula

EXAMPLE = textwrap.dedent((goals.__doc__ or "").partition("\n\n")[2])


def test_the_example_in_the_documentation_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kpi.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    (goal,) = read_goals(path)
    assert goal.review_on == (date(2026, 7, 10), date(2026, 10, 9))
    assert goal.targets[0].actions == ("更新 90 日前の面談",)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('better = "lower"', 'better = "small"', "goal.0.target.0.better"),
        ('since = "2026-04"', 'since = "2026-13"', "goal.0.target.0.since"),
        ('owner = "CS 部長"', 'boss = "CS 部長"', "goal.0.boss"),
        ("logo_churn_rate", "churn", "measure must be"),
        ("[[goal]]", "[[goal", "書き方が違います"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, named: str) -> None:
    path = tmp_path / "kpi.toml"
    path.write_text(EXAMPLE.replace(before, after), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_goals(path)
    assert named in caught.value.render("ja")


def test_the_health_formula_in_the_documentation_is_read_and_a_wrong_one_named(tmp_path: Path) -> None:
    path = tmp_path / "health.toml"
    example = textwrap.dedent((health_formula.__doc__ or "").partition("\n\n")[2])
    path.write_text(example, encoding="utf-8")
    assert [part.column for part in read_health_formula(path).parts] == ["log_ins", "tickets"]
    path.write_text(example.replace("weight = 2", "weight = -2"), encoding="utf-8")
    with pytest.raises(BadInput, match="positive weight"):
        read_health_formula(path)
    path.write_text(example.replace("weight = 2", "weight = inf"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"part\.\d\.weight"):
        read_health_formula(path)
    path.write_text(example.replace("worst = 0", "wurst = 0"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"part\.0\.wurst"):
        read_health_formula(path)


def test_a_missing_sheet_is_a_clear_refusal(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="読めません"):
        read_goals(tmp_path / "none.toml")

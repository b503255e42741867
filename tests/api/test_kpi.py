"""The KPI sheet on the page: written, held against the months, and never overwritten unseen."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.figures.kpi_sheet import Goal, Target
from pipeline.errors import BadInput
from pipeline.figures.goal_forms import as_typed, read_goal
from pipeline.figures.kpi import current_sheet
from pipeline.outcomes.goals import goals_of, sheet_of
from pipeline.settings import FiguresSettings, Settings
from pipeline.store import audit
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as
from tests.api.world import fill

CHURN = Target("logo_churn_rate", 0.02, "lower", "2026-04", "2027-03", 0.04, ("更新 90 日前の面談",))
GOAL = Goal("解約を減らす", "CS 部長", (date(2026, 7, 10), date(2026, 10, 9)), (CHURN,))
FORM = {
    "name": "解約を減らす",
    "owner": "CS 部長",
    "review_on": "2026/7/10、2099年1月9日",
    "measure": ["logo_churn_rate", ""],
    "baseline": ["4%", ""],
    "value": ["２", ""],
    "better": ["lower", "higher"],
    "since": ["2026年4月", ""],
    "by": ["2027-03", ""],
    "actions": ["更新 90 日前の面談\r\n利用状況の確認", ""],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store)
    store.close()
    return settings


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "manager", name="boss") as opened:
        yield opened


def hidden(browser: TestClient, path: str) -> dict[str, Any]:
    html = browser.get(path).text
    found = {key: re.search(rf'name="{key}" value="([^"]*)"', html) for key in ("csrf", "version")}
    return {key: match[1] for key, match in found.items() if match}


def goals(settings: Settings) -> list[Goal]:
    store = open_store(settings.store_url)
    with store.reading() as connection:
        sheet = current_sheet(connection, settings.figures)
    store.close()
    return sheet.goals


def test_a_goal_becomes_what_was_typed_and_back() -> None:
    assert read_goal(as_typed(GOAL)) == GOAL
    assert goals_of(sheet_of([GOAL])) == [GOAL]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("value", "二割"), ("since", "4月"), ("by", "2026-03"), ("measure", "profit"), ("better", "more")],
)
def test_what_cannot_be_read_in_a_target_is_named(field: str, typed: str) -> None:
    fields = as_typed(GOAL)
    fields["targets"][0][field] = typed
    with pytest.raises(BadInput) as error:
        read_goal(fields)
    assert "目標 1" in error.value.render("ja")


@pytest.mark.parametrize("fields", [{"name": " "}, {"owner": ""}, {"targets": []}, {"review_on": "来週"}])
def test_a_goal_needs_a_name_an_owner_and_a_target(fields: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        read_goal(as_typed(GOAL) | fields)


def test_a_goal_is_written_changed_and_removed_on_the_page(browser: TestClient, settings: Settings) -> None:
    assert "まだゴールがありません" in browser.get("/kpi").text
    page = browser.post("/kpi/new", data=FORM | hidden(browser, "/kpi/new"))
    for told in ("解約を減らす", "CS 部長", "2.0%", "4.0%", "利用状況の確認", "2099年1月9日", "2026-04"):
        assert told in page.text, told
    (goal,) = goals(settings)
    assert goal.targets == (replace(CHURN, actions=("更新 90 日前の面談", "利用状況の確認")),)
    browser.post("/kpi/0", data=FORM | {"owner": "部長代理"} | hidden(browser, "/kpi/0"))
    assert [goal.owner for goal in goals(settings)] == ["部長代理"]
    browser.post("/kpi/0/remove", data=hidden(browser, "/kpi/0"))
    assert goals(settings) == []
    assert browser.get("/kpi/0").status_code == 404
    store = open_store(settings.store_url)
    with store.reading() as connection:
        entries = audit.list_entries(connection, action="goals.save")
    store.close()
    assert [(entry.actor, entry.details["goals"]) for entry in entries] == [("boss", 0), ("boss", 1), ("boss", 1)]


def test_nobody_overwrites_what_they_have_not_seen(browser: TestClient, settings: Settings) -> None:
    seen = hidden(browser, "/kpi/new")
    browser.post("/kpi/new", data=FORM | seen)
    answer = browser.post("/kpi/new", data=FORM | {"name": "別のゴール"} | seen)
    assert answer.status_code == 422 and "ほかの人が先に保存しました" in answer.text and "別のゴール" in answer.text
    assert len(goals(settings)) == 1


def test_what_is_wrong_keeps_what_was_typed(browser: TestClient, settings: Settings) -> None:
    answer = browser.post("/kpi/new", data=FORM | {"value": ["たくさん", ""]} | hidden(browser, "/kpi/new"))
    assert answer.status_code == 422 and "数を読めません" in answer.text and 'value="たくさん"' in answer.text
    assert goals(settings) == []


def test_the_file_of_the_settings_counts_until_the_page_is_saved(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "kpi.toml"
    target = 'measure = "nrr"\nvalue = 1.05\nbetter = "higher"\nsince = "2026-04"\nby = "2027-03"\n'
    path.write_text(f'[[goal]]\nname = "育てる"\nowner = "部長"\n[[goal.target]]\n{target}', encoding="utf-8")
    settings = settings.model_copy(update={"figures": FiguresSettings(goals=path)})
    with opened_as(settings, "manager", name="boss") as browser:
        page = browser.get("/kpi").text
        assert "育てる" in page and "figures.goals" in page
        browser.post("/kpi/new", data=FORM | hidden(browser, "/kpi/new"))
        assert "figures.goals" not in browser.get("/kpi").text
    assert [goal.name for goal in goals(settings)] == ["育てる", "解約を減らす"]


def test_an_analyst_reads_the_sheet_and_changes_nothing(settings: Settings) -> None:
    with opened_as(settings, "analyst", name="reader") as browser:
        assert browser.get("/kpi").status_code == 200 and "/kpi/new" not in browser.get("/kpi").text
        assert browser.get("/kpi/new").status_code == 403

"""What programs change by JSON: tables in two steps, notification rules; and evaluations that they read."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.evaluations.scorecard_questions import Answer, Question
from pipeline.settings import MailSettings, Settings
from pipeline.store import audit, evaluations, scorecards, tokens
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as
from tests.api.world import fill

ROWS = "contract_id,customer_id,started_on,mrr_yen\nK-1,C-1,2026-04-01,30000\n"
RULE = {"event": "churn_risk", "channel": "mail", "targets": ["a@example.co.jp"]}
QUESTIONS = (Question("hello", "名乗ったか", "yes_no", 2), Question("calm", "落ち着いていたか", "yes_no"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    mail = MailSettings(host="mail.example.co.jp", sender="kouken@example.co.jp")
    found = Settings(data_dir=tmp_path, mail=mail)
    with open_store(found.store_url) as store:
        fill(store)
    return found


@pytest.fixture
def program(settings: Settings) -> Iterator[TestClient]:
    """By a token, as a program comes: with no session and from no page."""
    with opened_as(settings, "administrator", "manager", name="program") as browser:
        with open_store(settings.store_url) as store, store.writing() as connection:
            permissions = ("tables.read", "tables.load", "notifications.manage", "scorecards.read")
            _, secret = tokens.make_token(connection, "root", "program", "a test", permissions, 30)
        browser.cookies.clear()
        browser.headers["Authorization"] = f"Bearer {secret}"
        yield browser


def upload(program: TestClient, content: str) -> Any:
    form = {"kind": "contracts"}
    return program.post("/api/v1/tables/uploads", data=form, files={"file": ("contracts.csv", content.encode())})


def test_a_table_is_looked_at_and_then_loaded(program: TestClient, settings: Settings) -> None:
    before = {one["kind"]: one["load_id"] for one in program.get("/api/v1/tables").json()["items"]}
    seen = upload(program, ROWS)
    assert seen.status_code == 201 and seen.json()["rows"][0]["contract_id"] == "K-1"
    assert {one["kind"]: one["load_id"] for one in program.get("/api/v1/tables").json()["items"]} == before
    loaded = program.post(f"/api/v1/tables/uploads/{seen.json()['upload']}/load")
    assert loaded.status_code == 200 and loaded.json()["kind"] == "contracts"
    after = {one["kind"]: one["load_id"] for one in program.get("/api/v1/tables").json()["items"]}
    assert after["contracts"] > before["contracts"]
    again = program.post(f"/api/v1/tables/uploads/{seen.json()['upload']}/load")
    assert (again.status_code, again.json()["code"]) == (422, "upload_gone")
    with open_store(settings.store_url) as store, store.reading() as connection:
        assert audit.list_entries(connection, actor="program")[0].action == "tables.load"


def test_a_table_that_cannot_be_read_lists_every_problem_with_its_place(program: TestClient) -> None:
    answer = upload(program, ROWS + "K-2,C-2,2026-13-45,30000\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "table_refused")
    assert answer.json()["errors"][0]["where"] == "contracts.csv:3:started_on"


def test_a_look_can_be_discarded(program: TestClient) -> None:
    key = upload(program, ROWS).json()["upload"]
    assert program.delete(f"/api/v1/tables/uploads/{key}").status_code == 204
    assert program.delete(f"/api/v1/tables/uploads/{key}").json()["code"] == "upload_gone"


def test_rules_are_made_changed_and_deleted(program: TestClient) -> None:
    made = program.post("/api/v1/notification-rules", json=RULE)
    assert made.status_code == 201 and made.json()["secret"] is None
    path = f"/api/v1/notification-rules/{made.json()['rule_id']}"
    changed = program.put(path, json=RULE | {"event": "low_reaction", "active": False})
    assert (changed.json()["event"], changed.json()["active"]) == ("low_reaction", False)
    assert program.get("/api/v1/notification-rules").json()["items"] == [program.get(path).json()]
    assert program.delete(path).status_code == 204
    assert program.get(path).json()["code"] == "rule_not_found"


@pytest.mark.parametrize(
    "wrong", [{"targets": ["nobody"]}, {"targets": []}, {"channel": "webhook", "targets": ["https://x.example/"]}]
)
def test_a_rule_that_cannot_be_sent_is_refused(program: TestClient, wrong: dict[str, Any]) -> None:
    answer = program.post("/api/v1/notification-rules", json=RULE | wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "rule_refused")
    assert re.search(r"[ぁ-ん]", answer.json()["title"])


def test_evaluations_are_read_as_far_as_one_may_see_them(program: TestClient, settings: Settings) -> None:
    with open_store(settings.store_url) as store, store.writing() as connection:
        form = scorecards.save_form(connection, "program", "基本", QUESTIONS)
        facts: dict[str, Any] = {"call_id": "OP-002-000", "operator_id": "OP-002", "team": "第二課", "versions": {}}
        for evaluator in ("program", "somebody"):
            answers = {"hello": Answer(1, "はっきり"), "calm": Answer(0)}
            evaluations.begin(
                connection, evaluator, version_id=form.version_id, transcript_id=2, answers=answers, **facts
            )
    found = program.get("/api/v1/evaluations").json()["items"]
    assert [one["evaluator"] for one in found] == ["program"]  # a draft is its author's
    assert round(found[0]["share"], 3) == 0.667 and found[0]["answers"]["hello"]["comment"] == "はっきり"
    assert program.get(f"/api/v1/evaluations/{found[0]['evaluation_id']}").json() == found[0]
    assert program.get("/api/v1/evaluations/2").json()["code"] == "evaluation_not_found"
    assert program.get("/api/v1/evaluations?state=final").json()["items"] == []
    assert program.get("/api/v1/scorecards").status_code == 403  # not among the token's permissions


def test_forms_are_listed_with_their_questions(settings: Settings) -> None:
    with open_store(settings.store_url) as store, store.writing() as connection:
        scorecards.save_form(connection, "root", "基本", QUESTIONS)
    with opened_as(settings, "qa_editor", name="qa") as browser:
        (form,) = browser.get("/api/v1/scorecards").json()["items"]
    assert form["title"] == "基本" and [one["id"] for one in form["questions"]] == ["hello", "calm"]

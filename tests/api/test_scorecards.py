"""評価シート: made by QA, filled in for a call, seen by its operator once shared, and appealed; all within reach."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient

from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as
from tests.api.test_pages import text_of
from tests.api.test_reviews import send
from tests.api.world import fill, plain_calls, telling_call

CALL = telling_call().call_id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path)
    with open_store(made.store_url) as store:
        fill(store, [telling_call(), *plain_calls(2, "OP-002", "高橋", 5)])
    return made


@pytest.fixture
def qa(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "qa_editor", name="sato") as browser:
        yield browser


@pytest.fixture
def operator(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "operator", name="saeki", operator_id="OP-017") as browser:
        yield browser


def rows(*questions: tuple[str, str, str, str]) -> dict[str, list[str]]:
    """Rows of the editor: text, kind, measure, bound."""
    columns: dict[str, list[str]] = {name: [] for name in ("id", "text", "kind", "measure", "bound")}
    for text, kind, measure, bound in questions:
        for name, value in zip(columns, ("", text, kind, measure, bound), strict=True):
            columns[name].append(value)
    number = len(questions)
    return columns | {"weight": ["1"] * number, "highest": ["5"] * number, "comparison": ["at_least"] * number}


QUESTIONS = rows(("提案", "automatic", "proposal", "1"), ("", "yes_no", "", "1"), ("名乗り", "yes_no", "", "1"))


def made_form(qa: TestClient) -> str:
    return send(qa, "/scorecards/forms", qa.get("/scorecards/forms").text, title="基本の応対", **QUESTIONS)


def shared(qa: TestClient) -> str:
    made_form(qa)
    page = qa.get("/scorecards/new", params={"call": CALL}).text
    page = send(qa, "/scorecards/evaluations", page, call=CALL, version=1)
    answers = {"value-q2": "0", "comment-q2": "<b>なし</b>", "remark": "次は名乗りから", "step": "share"}
    return send(qa, "/scorecards/evaluations/1", page, **answers)


def test_scorecards_begin_with_a_form_and_say_so(qa: TestClient) -> None:
    assert "まず評価シート" in qa.get("/scorecards").text
    page = made_form(qa)
    assert "営業提案 1回以上" in text_of(page) and "2問" in qa.get("/scorecards/new", params={"call": CALL}).text
    changed = send(qa, "/scorecards/forms/1", page, title="基本の応対", **(QUESTIONS | {"id": ["q1", "", "q2"]}))
    assert "第2版" in changed and "第3版として保存" in changed


def test_scorecards_bad_questions_are_named(qa: TestClient) -> None:
    page = qa.get("/scorecards/forms").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    bad = rows(("提案", "automatic", "", "1"), ("名乗り", "scale", "", "x"))
    answer = qa.post("/scorecards/forms", data={"csrf": csrf, "title": "だめ", **bad})
    assert answer.status_code == 422 and "質問 1 を直してください" in answer.text


def test_an_evaluation_shows_evidence_that_leads_to_the_second(qa: TestClient) -> None:
    page = shared(qa)
    assert f'href="/calls/{CALL}#u8">00:48</a>' in page
    text = text_of(page)
    assert "満たす" in text and "50%" in text and "共有済み" in text
    assert "<b>なし</b>" not in page and "なし" in page


def test_an_operator_sees_only_what_is_shared_and_about_them(qa: TestClient, operator: TestClient) -> None:
    made_form(qa)
    page = qa.get("/scorecards/new", params={"call": CALL}).text
    page = send(qa, "/scorecards/evaluations", page, call=CALL, version=1)
    assert operator.get("/scorecards/evaluations/1").status_code == 404
    send(qa, "/scorecards/evaluations/1", page, **{"value-q2": "1", "step": "share"})
    assert CALL in operator.get("/scorecards").text
    assert operator.get("/scorecards/evaluations/1").status_code == 200
    assert operator.get("/scorecards/forms").status_code == operator.get("/scorecards/calibrations").status_code == 403


def test_an_appeal_goes_to_somebody_else_and_ends_final(
    qa: TestClient, operator: TestClient, settings: Settings
) -> None:
    shared(qa)
    page = operator.get("/scorecards/evaluations/1").text
    page = send(operator, "/scorecards/evaluations/1/acknowledgement", page)
    assert "本人確認済み" in page
    page = send(operator, "/scorecards/evaluations/1/appeal", page, reason="名乗っています。")
    assert "申し立て中" in page and "名乗っています。" in page
    assert "別の人が行います" in qa.get("/scorecards/evaluations/1").text
    with opened_as(settings, "manager", name="boss", teams=["第一課"]) as boss:
        page = boss.get("/scorecards/evaluations/1").text
        page = send(boss, "/scorecards/evaluations/1/decision", page, decision="認めます。", **{"value-q2": "1"})
    assert "確定" in text_of(page) and "100%" in text_of(page)
    assert "認めます。" in operator.get("/scorecards/evaluations/1").text


def test_managers_of_other_teams_see_and_evaluate_nothing_of_it(qa: TestClient, settings: Settings) -> None:
    shared(qa)
    with opened_as(settings, "manager", name="other", teams=["第二課"]) as other:
        assert CALL not in other.get("/scorecards").text
        assert other.get("/scorecards/evaluations/1").status_code == 404
        assert "あなたの範囲の中にありません" in other.get("/scorecards/new", params={"call": CALL}).text


def test_scorecards_as_tables_keep_to_the_reach(qa: TestClient, operator: TestClient, settings: Settings) -> None:
    shared(qa)
    assert CALL in qa.get("/scorecards.csv").content.decode("utf-8-sig")
    book = openpyxl.load_workbook(BytesIO(operator.get("/scorecards.xlsx").content))
    assert book.sheetnames == ["評価", "回答"] and book["回答"].max_row == 3
    with opened_as(settings, "operator", name="other", operator_id="OP-002") as other:
        assert CALL not in other.get("/scorecards.csv").content.decode("utf-8-sig")


def test_a_calibration_hides_answers_until_it_is_closed(qa: TestClient, settings: Settings) -> None:
    made_form(qa)
    page = qa.get("/scorecards/calibrations").text
    page = send(qa, "/scorecards/calibrations", page, call=CALL, version=1)
    page = send(qa, "/scorecards/calibrations/1/evaluations", page)
    send(qa, "/scorecards/evaluations/1", page, **{"value-q2": "1"})
    with opened_as(settings, "qa_approver", name="suzuki") as other:
        page = other.get("/scorecards/calibrations/1").text
        assert "答えの比較" not in page and other.get("/scorecards/evaluations/1").status_code == 404
        page = send(other, "/scorecards/calibrations/1/evaluations", page)
        send(other, "/scorecards/evaluations/2", page, **{"value-q2": "0"})
    page = send(qa, "/scorecards/calibrations/1/closing", qa.get("/scorecards/calibrations/1").text)
    assert "割れた" in page and "sato · suzuki" in text_of(page)
    with opened_as(settings, "manager", name="elsewhere", teams=["第二課"]) as elsewhere:
        assert elsewhere.get("/scorecards/calibrations/1").status_code == 404


def test_scorecards_filters_left_empty_are_none(qa: TestClient) -> None:
    shared(qa)
    assert CALL in qa.get("/scorecards?operator=&form=&state=").text
    assert CALL in qa.get("/scorecards?operator=OP-017&form=1&state=shared").text
    assert CALL not in qa.get("/scorecards?state=final").text and CALL not in qa.get("/scorecards?form=2").text


def test_scorecard_pages_open_in_english(qa: TestClient) -> None:
    shared(qa)
    for path in ("", "/forms", "/forms/1", "/evaluations/1", "/calibrations", f"/new?call={CALL}"):
        separator = "&" if "?" in path else "?"
        assert qa.get(f"/scorecards{path}{separator}lang=en").status_code == 200, path

"""The JSON says the same as the pages, in one documented shape, and errors have one shape too."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.schemas import Call, CallList, NightList, OperatorList, Report
from tests.api.world import all_calls


def test_report_is_as_stored_and_as_documented(client: TestClient) -> None:
    body = client.get("/api/v1/report").json()
    assert Report.model_validate(body).centre.calls == 19
    assert client.get("/api/v1/nights/1/report").json() == body


def test_calls_page_by_page_are_all_calls_once(client: TestClient) -> None:
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get("/api/v1/calls", params={"limit": 4, "cursor": cursor} if cursor else {"limit": 4}).json()
        CallList.model_validate(page)
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(item["call_id"] for item in seen) == sorted(call.call_id for call in all_calls())
    times = [item["started_at"] for item in seen]
    assert times[-1] is None and times[:-1] == sorted(times[:-1], reverse=True)


def test_calls_filters_find_what_they_name(client: TestClient) -> None:
    def ids(query: str) -> set[str]:
        return {item["call_id"] for item in client.get(f"/api/v1/calls?{query}").json()["items"]}

    assert ids("label=appeal") == {"20261003-0017"}
    assert ids("label=proposal&reaction=accepted") == {"20261003-0017"}
    assert ids("unknown=operator") == ids("unknown=time") == {"no-row-in-the-table"}
    assert len(ids("label=proposal&reaction=declined")) == 6


def test_call_is_whole(client: TestClient) -> None:
    body = client.get("/api/v1/calls/20261003-0017").json()
    call = Call.model_validate(body)
    assert call.call.contract_id == "K-00421" and call.call.outcome == "renewed"
    for tag in call.tags:
        assert call.utterances[tag.utterance].text[tag.start : tag.end]
    assert [moment.label for moment in call.moments] == ["enablement", "interest", "appeal", "proposal"]


def test_ids_with_any_character_are_found(client: TestClient) -> None:
    for call in client.get("/api/v1/calls").json()["items"]:
        path = "/api/v1/calls/" + "".join(f"%{byte:02X}" for byte in call["call_id"].encode())
        assert client.get(path).json()["call"]["call_id"] == call["call_id"]


def test_operators_and_nights_have_their_shape(client: TestClient) -> None:
    first = OperatorList.model_validate(client.get("/api/v1/operators?limit=2").json())
    rest = OperatorList.model_validate(client.get(f"/api/v1/operators?cursor={first.next_cursor}").json())
    assert [item.operator_id for item in first.items + rest.items] == ["OP-002", "OP-009", "OP-017", "OP/<i>x"]
    nights = NightList.model_validate(client.get("/api/v1/nights").json())
    assert nights.items[0].files == {"found": 22, "done": 19, "waiting": 1, "quarantined": 1, "skipped": 1}


def test_health_says_what_is_served(client: TestClient, empty_client: TestClient) -> None:
    assert client.get("/api/v1/health").json()["last_report"].startswith("2026-11-21T03:12")
    assert empty_client.get("/api/v1/health").json()["last_report"] is None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/calls/nothing", 404, "call_not_found"),
        ("/api/v1/operators/nobody", 404, "operator_not_found"),
        ("/api/v1/nights/7/report", 404, "no_report_yet"),
        ("/api/v1/nowhere", 404, "not_found"),
        ("/api/v1/calls?limit=0", 422, "bad_request"),
        ("/api/v1/calls?since=2026-13-45", 422, "bad_request"),
        ("/api/v1/calls?cursor=%FF", 422, "bad_cursor"),
        ("/api/v1/calls?cursor=WzEsMl0", 422, "bad_cursor"),
        ("/api/v1/calls?cursor=WyIyMDI2LTAxLTAxIiwxXQ", 422, "bad_cursor"),
    ],
)
def test_errors_have_one_shape(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:kouken:problem:{code}")
    assert (
        body["title"] != client.get(path, params={"lang": "en"} if "?" not in path else None).json()["title"]
        or "?" in path
    )


def test_an_empty_store_is_a_problem_with_a_remedy(empty_client: TestClient) -> None:
    body = empty_client.get("/api/v1/report").json()
    assert body["code"] == "no_report_yet" and "kouken nightly" in body["detail"]


def test_openapi_is_3_1_and_complete(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = {
        (path, method): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert {operation["operationId"] for operation in operations.values()} == {
        "getDashboard", "getReport", "getNightReport", "listOperators", "getOperator",
        "listCalls", "getCall", "searchWords", "listNights", "getHealth", "getReviewFigures",
        "listDictionaryVersions", "listDictionaryEntries", "lintPhrase", "testPhrase",
        "changeNotificationRule", "deleteNotificationRule", "discardTable", "getErasure", "getEvaluation",
        "getNotificationRule", "getRetention", "listErasures", "listEvaluations", "listHolds",
        "listNotificationRules", "listScorecards", "listTables", "loadTable", "makeNotificationRule",
        "previewErasure", "previewTable", "requestErasure",
    }  # fmt: skip
    assert all(path.startswith("/api/v1/") for path, _ in operations)
    references = set(json.dumps(document).split('"#/components/schemas/')[1:])
    names = {reference.split('"')[0] for reference in references}
    assert names <= set(document["components"]["schemas"]) and "Problem" in names
    for operation in operations.values():
        assert "application/problem+json" in operation["responses"]["422"]["content"]
        assert "application/json" not in operation["responses"]["422"]["content"]

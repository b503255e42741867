"""The dictionary for programs: the same entries, lint and trial as on the pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.dictionary_world import DICTIONARY, QUOTE, Desk, copy_of

API = "/api/v1/dictionary"


@pytest.fixture
def desk(dictionary_folder: Path, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(copy_of(dictionary_folder, tmp_path / "data"), "sato", "qa_editor")
    yield opened
    opened.close()


def read(desk: Desk, path: str, **query: Any) -> Any:
    answer = desk.browser.get(API + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_versions_and_their_entries_are_paged(desk: Desk) -> None:
    (publication,) = read(desk, "/versions")["items"]
    assert (publication["version"], publication["kind"]) == (DICTIONARY.version, "starter")
    first = read(desk, "/versions/published/entries", limit=1)
    assert first["version"] == DICTIONARY.version and first["next_cursor"] == "a.scene"
    (entry,) = read(desk, f"/versions/{DICTIONARY.version}/entries", cursor="a.scene")["items"]
    assert (entry["id"], entry["phrase"], entry["speaker"]) == (QUOTE.id, QUOTE.phrase, "operator")
    assert desk.browser.get(f"{API}/versions/none/entries").json()["code"] == "version_not_found"


def test_lint_points_at_the_character(desk: Desk) -> None:
    problems = read(desk, "/lint", query="パックの(お見積もり")["problems"]
    assert 4 in [problem["position"] for problem in problems]
    fine = read(desk, "/lint", query="パックの件", example=["パックの件です。"] * 2, counter_example=["はい。"])
    assert fine == {"problems": []}


def test_a_query_is_tried_on_every_stored_call(desk: Desk) -> None:
    tried = read(desk, "/test", query="パックのお見積もり")
    assert (tried["hits"], tried["calls"], tried["operators"]) == (18, 18, 3)
    assert tried["examples"][0]["found"] == "パックのお見積もり"
    assert tried["sampled"] is None
    assert read(desk, "/test", query="パックのお見積もり", exact=True)["hits"] == 18
    bad = desk.browser.get(f"{API}/test", params={"query": "("})
    assert bad.status_code == 422 and bad.json()["code"] == "bad_query" and "1文字目" in bad.json()["title"]


def test_who_only_reads_may_not_try(dictionary_folder: Path, tmp_path: Path) -> None:
    analyst = Desk(copy_of(dictionary_folder, tmp_path / "data"), "analyst", "analyst")
    assert read(analyst, "/versions/published/entries")["items"]
    assert analyst.browser.get(f"{API}/test", params={"query": "x"}).status_code == 403
    analyst.close()


def test_the_document_of_the_api_names_every_operation(desk: Desk) -> None:
    paths = desk.browser.get("/openapi.json").json()["paths"]
    names = {paths[path]["get"]["operationId"] for path in paths if path.startswith(API)}
    assert names == {"listDictionaryVersions", "listDictionaryEntries", "lintPhrase", "testPhrase"}

"""The benchmark of the pages opens every kind of them, and each answers."""

import pytest

from pipeline import web_benchmark


@pytest.mark.slow
def test_every_kind_of_page_is_opened_and_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"CALLS": 60, "SECONDS": 12, "PEOPLE": 8, "NIGHT_CALLS": 5}
    for name, value in numbers.items():
        monkeypatch.setattr(web_benchmark, name, value)
    for kind, address in (("call", "/calls/C0000007"), ("operator", "/operators")):
        monkeypatch.setitem(web_benchmark.PAGES, kind, [address])
    result = web_benchmark.bench_web(lambda step: None)
    opened = {row["page"]: row for row in result["rows"] if row.get("n")}
    assert all(row["failed"] == 0 for row in opened.values())
    assert [item["name"] for item in result["bars"]] == [
        "slowest_page_p95_ms",
        "search_p95_ms",
        "first_sound_ms",
        "failed",
    ]

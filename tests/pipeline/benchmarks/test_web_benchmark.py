"""The benchmark of the pages opens every kind of them, and each answers."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.benchmarks import web_benchmark
from pipeline.store import schema, search_index
from pipeline.store.migrate import open_store


@pytest.mark.slow
def test_every_kind_of_page_is_opened_and_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"CALLS": 60, "SECONDS": 12, "PEOPLE": len(web_benchmark.PAGES), "NIGHT_CALLS": 5, "HEARD": 2}
    for name, value in numbers.items():
        monkeypatch.setattr(web_benchmark, name, value)
    for kind, address in (("call", "/calls/C0000007"), ("operator", "/operators")):
        monkeypatch.setitem(web_benchmark.PAGES, kind, [address])
    result = web_benchmark.bench_web(lambda step: None)
    opened = {row["page"]: row for row in result["rows"] if "page" in row}
    assert opened.keys() == {*web_benchmark.PAGES, "sound, never heard", "sound, again"}
    assert all(row["n"] and row.get("failed", 0) == 0 for row in opened.values())
    assert [item["name"] for item in result["bars"]] == [
        "page_p95_ms",
        "search_p95_ms",
        "first_sound_ms",
        "failed",
    ]


@pytest.mark.slow
def test_copied_calls_are_analysed_found_and_counted_like_the_first_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_benchmark, "CALLS", 10)
    monkeypatch.setattr(web_benchmark, "HEARD", 1)
    settings = web_benchmark.made_store(tmp_path, 30)
    tables = (schema.transcripts, schema.call_scores, schema.search_texts, schema.call_contracts)
    with open_store(settings.store_url) as store, store.reading() as connection:
        counts = [connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables]
        assert counts == [30] * 4
        texts = search_index.spelt_texts(connection, range(1, 31))
        assert all(texts[number] == texts[number - 10] for number in range(11, 31))
        word = texts[1][:2]
        assert search_index.holding(connection, [word]).tolist() == sorted(n for n in texts if word in texts[n])
        assert not connection.execute(sa.select(schema.ledger).where(schema.ledger.c.state != "done")).all()

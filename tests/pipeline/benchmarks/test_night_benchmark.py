"""The benchmark runs whole nights on both stores and measures what it says."""

import pytest

from pipeline.benchmarks import night_benchmark
from pipeline.benchmarks.retag_benchmark import EDITED, bench_retag
from pipeline.errors import BadInput
from tests.pipeline.faults import inline
from tests.postgres import Server


def test_bench_night_counts_every_call_and_finds_nothing_new_the_second_night(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    monkeypatch.setattr(night_benchmark, "SIZES", (5, 20))
    monkeypatch.setattr(night_benchmark, "in_own_process", lambda measure, *size: measure(*size))
    for url in ("", postgres.url("postgres")):
        result = night_benchmark.bench_night(lambda step: None, url=url)
        assert [row["calls"] for row in result["rows"]] == [5, 20]
        assert all(row["cpu_s"] > 0 and row["second_night_cpu_s"] > 0 for row in result["rows"])
        assert {row["store"] for row in result["rows"]} == {"postgresql+psycopg" if url else "sqlite"}
        assert [bar["name"] for bar in result["bars"]] == ["ledger_ms_per_call", "growth_exponent", "memory_growth_mib"]


def test_bench_night_of_one_size_is_refused() -> None:
    with pytest.raises(BadInput):
        night_benchmark.bench_night(lambda step: None, sizes=(1_000, 1_000))


def test_bench_retag_measures_a_night_after_every_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    result = bench_retag(calls=3)
    assert len(result["rows"]) == len(EDITED)
    assert len({row["night"] for row in result["rows"]}) == len(EDITED)
    assert [bar["name"] for bar in result["bars"]] == ["retag_cpu_s_per_million"]

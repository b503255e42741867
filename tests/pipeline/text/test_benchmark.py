import pytest

from pipeline.benchmarks.bench import table
from pipeline.text.benchmark import bench_tag
from pipeline.text.stored_benchmark import COMMON_WORDS


@pytest.mark.slow
def test_the_bench_names_every_bar_and_loses_no_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("PLAIN_LINES", 60), ("OUR_LINES", 80), ("STORED_LINES", 200), ("REPEATS", 1)):
        monkeypatch.setattr(f"pipeline.text.benchmark.{name}", size)
    result = bench_tag(None, lambda step: None)
    assert [bar["name"] for bar in result["bars"]] == [
        "speed_ratio",
        "lost_hits",
        "retag_seconds_per_million",
        "phrase_test_seconds",
        "diff_seconds",
    ]
    assert result["rows"][0]["hits_compared"] > 0
    assert result["bars"][1]["value"] == 0
    assert {f"trial of {word}" for word in COMMON_WORDS} <= {row.get("search") for row in result["rows"]}
    assert "speed_ratio" in table(result)

import pytest

from phrases.files import load_starter
from phrases.matcher import Matcher
from phrases.plain import PlainMatcher
from pipeline.text.benchmark import bench_tag, literal_entries, table


@pytest.mark.slow
def test_no_hit_of_the_plain_way_is_lost() -> None:
    from phrases.dialogue import Line

    starter = load_starter()
    literals = literal_entries(starter, 500)
    lines = [Line(phrase.speaker, phrase.examples[0]) for phrase in starter.phrases[::4]]
    plain = {
        (number, identity)
        for number, identity in PlainMatcher(literals).match(lines)
        if literals.by_id[identity].speaker == lines[number].speaker
    }
    ours = {(span.line, hit.phrase_id) for hit in Matcher(literals).match(lines).hits for span in hit.spans}
    assert plain
    assert plain <= ours


@pytest.mark.slow
def test_the_bench_names_every_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("PLAIN_LINES", 20), ("OUR_LINES", 80), ("STORED_LINES", 200), ("REPEATS", 1)):
        monkeypatch.setattr(f"pipeline.text.benchmark.{name}", size)
    result = bench_tag(None, lambda step: None)
    assert [bar["name"] for bar in result["bars"]] == [
        "speed_ratio",
        "lost_hits",
        "retag_seconds_per_million",
        "phrase_test_seconds",
        "diff_seconds",
    ]
    assert result["rows"][0]["hits"] > 0
    assert "speed_ratio" in table(result)

"""Texts cut at tags, times as places, values as words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from api.charts import Scale, scale_around
from api.cursors import read_cursor, write_cursor
from api.pages import Pages, made_environment
from api.timeline import draw_timeline
from api.transcript import lay_out, pairs, segments, word_times
from pipeline.records import Acoustics, AudioFacts, Moment, Tag, Transcript, Word
from pipeline.store.calls import Position
from pipeline.values import Formats
from tests.api.world import say, telling_call

JA, EN = Formats("ja"), Formats("en")


def tag(start: int, end: int, confidence: float = 0.9, cancelled_by: str | None = None) -> Tag:
    return Tag(0, start, end, "appeal", "phrase", "p", "surface", confidence, cancelled_by)


def test_segments_overlapping_tags_show_the_strongest_that_counts() -> None:
    cancelled, weak, strong = tag(0, 4, 1.0, "negation"), tag(1, 4, 0.6), tag(2, 3, 0.9)
    found = segments("あいうえお", [cancelled, weak, strong])
    assert [segment.text for segment in found] == ["あ", "い", "う", "え", "お"]
    assert [segment.tags[:1] for segment in found] == [(cancelled,), (weak,), (strong,), (weak,), ()]


@given(st.text(), st.data())
def test_segments_are_the_text_again(text: str, data: st.DataObject) -> None:
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    tags = [tag(min(pair), max(pair)) for pair in data.draw(st.lists(places, max_size=5))]
    found = segments(text, tags)
    assert "".join(segment.text for segment in found) == text


def test_lay_out_breaks_turns_where_the_speaker_changes() -> None:
    call = telling_call()
    transcript = Transcript(call.call_id, None, None, {}, call.utterances, call.masked)
    turns = lay_out(transcript, call.tags, call.moments)
    assert [len(turn.lines) for turn in turns] == [1, 1, 1, 1, 1, 2, 2, 1, 1]
    assert turns[2].lines[0].moments[0].label == "enablement"
    assert turns[5].lines[1].masked[0].kind == "phone"


def test_timeline_places_are_shares_of_the_recording() -> None:
    audio = AudioFacts(100.0, 2, 8000, "pcm", "wav", None, None)
    said = (say("operator", 25_000, 50_000, "はい。"), say("customer", 60_000, 60_010, "ん。", "backchannel"))
    drawn = draw_timeline(Transcript("c", audio, None, {}, said), [Moment("appeal", (0,), 0.9, ())])
    assert drawn is not None
    assert [(block.x, block.width, block.kind) for block in drawn.blocks] == [
        (25, 25, "speech"),
        (60, 0.15, "backchannel"),
    ]
    assert drawn.marks[0].x == 25
    assert [tick.ms for tick in drawn.ticks] == [0, 30_000, 60_000, 90_000]


def test_timeline_shows_silences_and_overlaps_of_the_sound() -> None:
    audio = AudioFacts(100.0, 2, 8000, "pcm", "wav", None, None)
    spoken = Acoustics(100_000, 1, 1, 0.5, ((10_000, 12_000),), ((60_000, 75_000),), None, None, None)
    said = (say("operator", 25_000, 50_000, "はい。"),)
    drawn = draw_timeline(Transcript("c", audio, None, {}, said, acoustics=spoken), [])
    assert drawn is not None
    assert [(band.kind, band.x, band.width, band.length_ms) for band in drawn.bands] == [
        ("silence", 60, 15, 15_000),
        ("overlap", 10, 2, 2_000),
    ]


def test_pairs_show_what_the_customer_said_next() -> None:
    call = telling_call()
    transcript = Transcript(call.call_id, None, None, {}, call.utterances, call.masked)
    both = (*call.moments, Moment("enablement", (8,), 0.7, (), "accepted"))
    told = [([one.label for one in pair.moments], pair.answer and pair.answer[0]) for pair in pairs(transcript, both)]
    # after the appeal a back-channel comes first, then what was masked
    assert told == [(["enablement"], 3), (["appeal"], 6), (["proposal", "enablement"], 9)]
    (last,) = pairs(transcript, [Moment("appeal", (10,), 0.9, ())])
    assert last.answer is None


def test_word_times_count_as_a_browser_does() -> None:
    words = (Word(100, 200, 0, 1), Word(300, 400, 1, 2))
    assert word_times(replace(say("operator", 0, 1, "𠮷田"), words=words)) == "0:100 2:300"


def test_timeline_needs_times() -> None:
    assert draw_timeline(Transcript("c", None, None, {}, (say("operator", 0, 1, "はい。"),)), []) is None


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (JA.moment(datetime(2026, 10, 3, 5, 5, tzinfo=UTC)), "2026年10月3日(土) 14:05"),
        (EN.moment(datetime(2026, 10, 3, 5, 5, tzinfo=UTC)), "Sat 3 Oct 2026 14:05"),
        (JA.day(datetime(2026, 12, 31, 15, 0, tzinfo=UTC)), "2027年1月1日(金)"),
        (JA.duration(252), "4分12秒"),
        (JA.duration(3_600), "1時間0秒"),
        (EN.duration(61), "1 min 1 s"),
        (JA.clock(3_723_000), "1:02:03"),
        (JA.clock(72_900), "01:12"),
        (JA.yen(12_400_000), "1,240万円"),
        (JA.yen(-123_000_000), "−1.23億円"),
        (JA.yen(12_400_000, signed=True), "+1,240万円"),
        (JA.points(-0.0312), "−3.1pt"),
        (JA.yen(8_000), "8,000円"),
        (JA.yen(842_362), "84万円"),
        (EN.yen(12_400_000), "¥12.4M"),
        (EN.yen(-5_100_000), "−¥5.1M"),
        (JA.exact_yen(12_400_001), "12,400,001円"),
        (JA.percent(1.0418), "104.2%"),
        (JA.percent(None), "—"),
        (JA.number(None), "—"),
        (JA.figure({"value": 16.0, "unit": "months"}), "16.0か月"),
        (JA.figure({"value": None, "unit": "rate"}), "—"),
    ],
)
def test_formats(shown: str, expected: str) -> None:
    assert shown == expected


def test_scale_holds_all_values_and_the_reference() -> None:
    scale = scale_around([0.01, 0.031, None, 0.052], reference=0.0)
    assert scale.low == 0.0 and scale.high >= 0.052
    assert Scale(0, 200).at(50) == 25 and Scale(0, 200).at(500) == 100
    assert scale_around([None]).at(0.0) == 50


@given(st.none() | st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**63 - 1))
def test_cursors_come_back(started_at: datetime | None, tagging_id: int) -> None:
    position = Position(started_at, tagging_id)
    assert read_cursor(write_cursor(position)) == position


def test_an_english_page_tells_of_one_as_of_one_and_a_japanese_one_as_it_is() -> None:
    environments = {"ja": made_environment("ja"), "en": made_environment("en")}
    asked = "{{ t('%s 件', '%s recordings are meant') | format(1) }} {{ ('<b>%s</b> calls' | safe) | format(n) }}"
    shown = {language: made.from_string(asked).render(n="1 & 2") for language, made in environments.items()}
    assert shown == {
        "ja": "1 件 <b>1 &amp; 2</b> calls",
        "en": "1 recording is meant <b>1 &amp; 2</b> calls",
    }


def test_after_loading_nobody_waits_for_a_template_to_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    made_environment.cache_clear()  # what other tests have compiled is no merit of this start
    pages = Pages()
    pages.load()

    def compile_now(*_: object, **__: object) -> None:
        raise AssertionError("compiled while somebody waits")

    monkeypatch.setattr(Environment, "compile", compile_now)
    for name in ("operators.html", "report.html", "call.html", "calls.html", "nights.html", "reviewing/desk.html"):
        for environment in pages._environments.values():
            environment.get_template(name)

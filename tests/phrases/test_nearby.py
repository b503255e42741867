"""What is found by order and bisection is what looking at every pair finds."""

from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from phrases.dialogue import Dialogue, Line
from phrases.nearby import Neighbours, Reach, apart, between


@dataclass(frozen=True)
class Span:
    """A place; `name` tells equal stretches apart."""

    start: int
    end: int
    name: int = 0


SPANS = st.builds(
    lambda start, length, name: Span(start, start + length, name),
    st.integers(0, 40),
    st.integers(1, 9),
    st.integers(0, 2),
)
LINES = st.lists(
    st.builds(
        lambda who, start, length: Line(who, "はい。", start, None if start is None else start + length),
        st.sampled_from(["operator", "customer", "unknown"]),
        st.none() | st.integers(0, 60),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=12,
)


@given(st.lists(SPANS, max_size=15))
def test_places_apart_overlap_none_that_was_preferred(spans: list[Span]) -> None:
    chosen: list[Span] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    assert apart(spans) == sorted(chosen, key=lambda span: span.start)


@example([Span(5, 6), Span(4, 5, 1)], Span(3, 5), 0, 45, 20)  # one touches, one overlaps: equally near
@given(st.lists(SPANS, max_size=15), SPANS, st.integers(0, 45), st.integers(0, 45), st.integers(0, 20))
def test_the_nearest_place_is_the_nearest_of_all(
    spans: list[Span], to: Span, first: int, last: int, limit: int
) -> None:
    allowed = [s for s in spans if s != to and first <= s.start < last and between(to, s) <= limit]
    assert Neighbours(spans).nearest(to, first, last, limit) == min(
        allowed, key=lambda span: between(to, span), default=None
    )


@given(st.lists(SPANS, max_size=15), st.integers(-1, 45))
def test_spans_reach_as_far_as_the_longest_that_has_begun(spans: list[Span], at: int) -> None:
    begun = [span.end for span in spans if span.start <= at]
    assert Reach((span.start, span.end) for span in spans).of(at) == max(begun, default=None)


@given(LINES, st.integers(0, 80))
def test_silence_and_overlap_are_those_of_all_lines(lines: list[Line], time: int) -> None:
    call = Dialogue(lines, [None] * len(lines))
    timed = [(line.speaker, line.start_ms, line.end_ms or 0) for line in lines if line.start_ms is not None]
    for index, line in enumerate(lines):
        others = [start <= time < end for who, start, end in timed if who != line.speaker]
        assert call.is_overlapped(index, time) is any(others)
        if line.start_ms is None:
            assert call.silence_before(index) == 0
        else:
            reached = max((end for _, start, end in timed if start < line.start_ms), default=0)
            assert call.silence_before(index) == max(line.start_ms - reached, 0)

"""The table of accepted and refused forms of dates and times."""

from datetime import UTC, date, datetime

import pytest

from pipeline.outcomes.dates import AMBIGUOUS, Unreadable, read_date, read_time


@pytest.mark.parametrize(
    "text",
    [
        "2026/1/5",
        "2026-01-05",
        "2026.1.5",
        "20260105",
        "2026年1月5日",
        "2026年1月5日(月)",
        "２０２６／１／５",
        "令和8年1月5日",
        "R8.1.5",
        "r8/1/5",
        "46027",
        "46027.9",
        "2026-01-05 23:59:59",
        "2026-01-04T15:00:00Z",
        "2026-01-05T00:00:00",
    ],
)
def test_a_date_in_every_accepted_form(text: str) -> None:
    assert read_date(text) == date(2026, 1, 5)


def test_eras_begin_with_gannen() -> None:
    assert read_date("令和元年5月1日") == date(2019, 5, 1)
    assert read_date("平成31年4月30日") == date(2019, 4, 30)
    assert read_date("昭和64年1月7日") == date(1989, 1, 7)


@pytest.mark.parametrize(
    ("text", "hour_utc", "minute"),
    [
        ("2026/1/5 15:05", 6, 5),
        ("2026/1/5 午後3時5分", 6, 5),
        ("令和8年1月5日 15時5分0秒", 6, 5),
        ("2026/1/5 3:05 PM", 6, 5),
        ("2026/1/5 PM3:05", 6, 5),
        ("2026-01-05T15:05:00+09:00", 6, 5),
        ("2026-01-05T06:05:00Z", 6, 5),
        ("2026-01-05 06:05:00 UTC", 6, 5),
        ("20260105150500", 6, 5),
        ("20260105 150500", 6, 5),
        ("2026/1/5 午後12時5分", 3, 5),
        ("46027.62847222", 6, 5),
    ],
)
def test_a_time_in_every_accepted_form(text: str, hour_utc: int, minute: int) -> None:
    assert read_time(text) == (datetime(2026, 1, 5, hour_utc, minute, tzinfo=UTC), True)


def test_midnight_at_noon_and_at_the_end_of_the_day() -> None:
    assert read_time("2026/1/5 午前12時")[0] == datetime(2026, 1, 4, 15, tzinfo=UTC)
    assert read_time("2026/1/5 24:00")[0] == datetime(2026, 1, 5, 15, tzinfo=UTC)
    assert read_time("2026-01-05 24:00:00")[0] == datetime(2026, 1, 5, 15, tzinfo=UTC)


def test_a_date_without_time_says_so() -> None:
    assert read_time("2026/1/5") == (datetime(2026, 1, 4, 15, tzinfo=UTC), False)


@pytest.mark.parametrize("text", ["5/1/2026", "13/1/2026", "1/5/26", "05-01-2026 10:00"])
def test_a_date_whose_year_comes_last_is_ambiguous(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_date(text)
    assert caught.value.reason == AMBIGUOUS


@pytest.mark.parametrize(
    "text",
    ["2026/13/45", "2026/2/29", "昨日", "15:05", "99999", "123", "2026/1/5 25:00", "2026/1/5 24:01", "2026/1/5 10:60",
     "2026/1/5 午後13時", "令和8年13月1日", "2026"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_time(text)

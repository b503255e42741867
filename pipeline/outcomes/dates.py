"""Dates and times as Japanese offices write them. What can be read in two ways is refused, and nothing becomes now.

==============================  =====================================================
accepted                        read as
==============================  =====================================================
2026/1/5 2026-01-05 2026.1.5    5 January 2026
20260105 2026年1月5日(月)       the same
令和8年1月5日 R8.1.5 令和元年…  the same; eras 明治 to 令和
46027 (Excel serial)            the same; 46027.6285 with its time of day
… 15:05 … 午後3時5分 3:05 PM    five past three in the afternoon, Asia/Tokyo
… 24:00                         midnight at the end of that day
2026-01-05T15:05:00+09:00 …Z    as its zone says
==============================  =====================================================

Refused: 5/1/2026 and 1/5/26 (which is the month?), a time alone, a date that is none.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from pipeline.language import Text

TOKYO = timezone(timedelta(hours=9), "JST")  # Japan has no summer time since 1951
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 — Excel's days have no zone
_EXCEL_DAYS = (36526, 73051)  # 2000-01-01 to 2100-01-01: outside it a bare number is no date
_ERA_START = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_ERA_LETTER = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}

_WEEKDAY = re.compile(r"\(?[月火水木金土日]曜?日?\)")
_YMD = re.compile(r"(?P<y>\d{4})(?:[/.\-年])(?P<m>\d{1,2})(?:[/.\-月])(?P<d>\d{1,2})日?")
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?=\D|\d{6}$|$)")
_ERA = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[MTSHR])(?P<n>元|\d{1,2})(?:[/.\-年])(?P<m>\d{1,2})(?:[/.\-月])(?P<d>\d{1,2})日?",
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_CLOCK = re.compile(
    r"(?P<half>午前|午後|AM|PM)?\s*(?P<h>\d{1,2})(?:[:時](?:(?P<mi>\d{1,2})(?:[:分](?:(?P<s>\d{1,2})(?:\.(?P<f>\d+))?秒?)?)?)?)"
    r"\s*(?P<late_half>AM|PM)?\s*(?P<zone>Z|UTC|JST|[+\-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT_CLOCK = re.compile(r"(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})")

NO_DATE = Text("日付として読めません(例 2026/1/5)。", "This is not a date (write 2026-01-05).")
NO_TIME = Text("日時として読めません(例 2026/1/5 15:05)。", "This is not a date with time (write 2026-01-05 15:05).")
AMBIGUOUS = Text(
    "年が先頭にないため、月と日を決められません。2026/1/5 の形にしてください。",
    "The year does not come first, so month and day cannot be told apart. Write 2026-01-05.",
)


class Unreadable(ValueError):
    """A cell that cannot be read; `reason` says why."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


@lru_cache(maxsize=65536)
def read_date(text: str) -> date:
    """The Japanese calendar day. A date with a time is read as the day in Tokyo at that time. Raises `Unreadable`.

    >>> read_date("令和8年1月5日"), read_date("46027")
    (datetime.date(2026, 1, 5), datetime.date(2026, 1, 5))
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        moment, _ = read_time(text, refusal=NO_DATE)
        return moment.astimezone(TOKYO).date()


def read_time(text: str, *, refusal: Text = NO_TIME) -> tuple[datetime, bool]:
    """The moment in UTC, and whether the text told the time of day (else it is midnight). Raises `Unreadable`.

    >>> read_time("2026/1/5 午後3時5分")
    (datetime.datetime(2026, 1, 5, 6, 5, tzinfo=datetime.timezone.utc), True)
    """
    if len(text) >= 16 and text[4] == "-":
        try:
            return _in_utc(datetime.fromisoformat(text), refusal), True
        except ValueError:
            pass  # not ISO after all: 24:00, or a date that is none
    folded = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(folded):
        return _read_serial(folded, refusal)
    day, rest = _read_day(folded, refusal)
    if not rest:
        return _in_utc(datetime.combine(day, time()), refusal), False
    return _read_clock(day, rest, refusal), True


def _in_utc(moment: datetime, refusal: Text, later: timedelta = timedelta()) -> datetime:
    try:
        return ((moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)) + later).astimezone(UTC)
    except OverflowError:  # the first day of the year 1, the last of the year 9999
        raise Unreadable(refusal) from None


def _read_serial(text: str, refusal: Text) -> tuple[datetime, bool]:
    days = float(text)
    if not _EXCEL_DAYS[0] <= days < _EXCEL_DAYS[1]:
        raise Unreadable(refusal)
    moment = _EXCEL_EPOCH + timedelta(seconds=round(days * 86400))
    return _in_utc(moment, refusal), not days.is_integer()


def _read_day(text: str, refusal: Text) -> tuple[date, str]:
    """The day at the start of the text, and what follows it."""
    text = _WEEKDAY.sub("", text)
    match = _YMD.match(text) or _ERA.match(text) or _COMPACT.match(text)
    if match is None:
        raise Unreadable(AMBIGUOUS if _YEAR_LAST.match(text) else refusal)
    fields = match.groupdict()
    year = int(fields["y"]) if "y" in fields else _era_year(fields["era"], fields["n"])
    try:
        day = date(year, int(fields["m"]), int(fields["d"]))
    except ValueError:
        raise Unreadable(refusal) from None
    return day, text[match.end() :].lstrip("T ")


def _era_year(era: str, number: str) -> int:
    name = _ERA_LETTER.get(era.upper(), era)
    return _ERA_START[name] + (1 if number == "元" else int(number)) - 1


def _read_clock(day: date, text: str, refusal: Text) -> datetime:
    match = _CLOCK.fullmatch(text) or _COMPACT_CLOCK.fullmatch(text)
    if match is None:
        raise Unreadable(refusal)
    fields = match.groupdict()
    hour = _hour(int(fields["h"]), fields.get("half") or fields.get("late_half"), refusal)
    minute, second = int(fields["mi"] or 0), int(fields["s"] or 0)
    micro = int((fields.get("f") or "0")[:6].ljust(6, "0"))
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute, second, micro) != (0, 0, 0)):
        raise Unreadable(refusal)
    moment = datetime.combine(day, time(tzinfo=_zone(fields.get("zone"))))
    return _in_utc(moment, refusal, timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro))


def _hour(hour: int, half: str | None, refusal: Text) -> int:
    if half is None:
        return hour
    if hour > 12:
        raise Unreadable(refusal)
    return hour % 12 + (12 if half.upper() in {"午後", "PM"} else 0)


def _zone(name: str | None) -> timezone:
    if name is None or name.upper() == "JST":
        return TOKYO
    if name.upper() in {"Z", "UTC"}:
        return UTC
    minutes = int(name[1:3]) * 60 + int(name[-2:])
    return timezone(timedelta(minutes=minutes if name[0] == "+" else -minutes))

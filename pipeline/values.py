"""Values as people read them, in both languages. A missing value is a dash, never a zero."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.language import Language

TOKYO = ZoneInfo("Asia/Tokyo")
NOTHING = "—"
WEEKDAYS = "月火水木金土日"
MAN, OKU = 10_000, 100_000_000


@dataclass(frozen=True, slots=True)
class Formats:
    """The filters of one language; the names are those used in the templates."""

    language: Language

    def filters(self) -> dict[str, Callable[..., str]]:
        """By name."""
        names = (
            "number",
            "percent",
            "yen",
            "exact_yen",
            "points",
            "day",
            "year_month",
            "moment",
            "clock",
            "duration",
            "figure",
        )
        return {name: getattr(self, name) for name in names}

    def number(self, value: float | None, digits: int = 0) -> str:
        """`18,204`, `3.1`."""
        return NOTHING if value is None else f"{value:,.{digits}f}"

    def percent(self, value: float | None, digits: int = 1) -> str:
        """A share as `104.2%`."""
        return NOTHING if value is None else f"{value * 100:,.{digits}f}%"

    def exact_yen(self, value: float | None) -> str:
        """`12,400,000円`, for hovers and tables."""
        if value is None:
            return NOTHING
        if self.language == "en":
            return ("−" if value < 0 else "") + f"¥{abs(round(value)):,}"
        return f"{round(value):,}円"

    def yen(self, value: float | None, *, signed: bool = False) -> str:
        """Short: `1,240万円`, `3.20億円`; in English `¥12.4M`. `signed` writes the plus too."""
        if value is None:
            return NOTHING
        size = abs(value)
        sign = "−" if value < 0 else "+" if signed else ""
        if self.language == "en":
            return f"{sign}¥{size / 1e6:,.1f}M" if size >= 1e6 else f"{sign}¥{size:,.0f}"
        if size >= OKU:
            return f"{sign}{size / OKU:,.2f}億円"
        return f"{sign}{size / MAN:,.0f}万円" if size >= 10 * MAN else f"{sign}{size:,.0f}円"

    def points(self, value: float | None) -> str:
        """A difference of two shares: `+3.1pt`."""
        if value is None:
            return NOTHING
        return ("−" if value < 0 else "+") + f"{abs(value) * 100:.1f}pt"

    def day(self, value: date | datetime | str | None, *, year: bool = True) -> str:
        """`2026年10月3日(土)`; times are put into Tokyo days first."""
        if value is None:
            return NOTHING
        on = _as_date(value)
        if self.language == "en":
            return f"{on:%a} {on.day} {on:%b}" + (f" {on.year}" if year else "")
        return (f"{on.year}年" if year else "") + f"{on.month}月{on.day}日({WEEKDAYS[on.weekday()]})"

    def year_month(self, value: date) -> str:
        """`2026年10月`."""
        return f"{value:%b %Y}" if self.language == "en" else f"{value.year}年{value.month}月"

    def moment(self, value: datetime | str | None, *, year: bool = True) -> str:
        """`2026年10月3日(土) 14:05`, in Tokyo."""
        if value is None:
            return NOTHING
        at = _as_datetime(value).astimezone(TOKYO)
        return f"{self.day(at, year=year)} {at:%H:%M}"

    def clock(self, ms: int | None) -> str:
        """A place in a recording: `1:12`, `1:02:03`."""
        if ms is None:
            return ""
        minutes, seconds = divmod(ms // 1000, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"

    def duration(self, seconds: float | None) -> str:
        """`4分12秒`."""
        if seconds is None:
            return NOTHING
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        units = ("h", "min", "s") if self.language == "en" else ("時間", "分", "秒")
        parts = [(hours, units[0]), (minutes, units[1]), (rest, units[2])]
        shown = [(count, unit) for index, (count, unit) in enumerate(parts) if count or index == 2]
        gap = " " if self.language == "en" else ""
        return gap.join(f"{count}{gap}{unit}" for count, unit in shown)

    def figure(self, figure: dict[str, Any]) -> str:
        """A figure in its unit."""
        value, unit = figure["value"], figure["unit"]
        if value is None:
            return NOTHING
        match unit:
            case "rate":
                return self.percent(value)
            case "yen":
                return self.exact_yen(value)
            case "months":
                return self.number(value, 1) + (" months" if self.language == "en" else "か月")
            case _:
                return self.number(value, 0 if float(value).is_integer() else 1)


def _as_date(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return _as_date(datetime.fromisoformat(value))
    if isinstance(value, datetime):
        return value.astimezone(TOKYO).date() if value.tzinfo else value.date()
    return value


def _as_datetime(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value

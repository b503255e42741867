"""What every figure is: a value with what it was counted from, and what could not be covered."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

Unit = Literal["rate", "yen", "months", "customers", "score", "count"]
FISCAL_YEAR_BEGINS = 4  # April


@dataclass(frozen=True, slots=True)
class Label:
    """A name for people, in both languages."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` is None where nothing could be counted, or where `refusal` says why it is not shown; yen are
    whole. `n` = customers (or events, or answers) behind it; `uncovered` = how many rows it had to leave out, by closed
    code. `low` and `high`: 95 % interval, where one is known.
    """

    name: str
    value: float | int | None
    unit: Unit
    n: int
    numerator: int | float | None = None
    denominator: int | float | None = None
    uncovered: dict[str, int] = field(default_factory=dict)
    low: float | int | None = None
    high: float | int | None = None
    refusal: Label | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "n": self.n,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "uncovered": dict(self.uncovered),
            "low": self.low,
            "high": self.high,
            "refusal": self.refusal and {"ja": self.refusal.ja, "en": self.refusal.en},
        }


def rate(name: str, numerator: int, denominator: int, n: int, uncovered: dict[str, int] | None = None) -> Figure:
    """A share; undefined, not zero, where the denominator is zero."""
    value = numerator / denominator if denominator else None
    return Figure(name, value, "rate", n, numerator, denominator, uncovered or {})


@dataclass(frozen=True, slots=True)
class Period:
    """Japanese calendar days from `opening` to the day before `closing`."""

    name: str
    opening: pd.Timestamp
    closing: pd.Timestamp

    @classmethod
    def of_months(cls, name: str, year: int, month: int, months: int) -> "Period":
        """So many whole months from the first of the named one."""
        opening = pd.Timestamp(year=year, month=month, day=1)
        return cls(name, opening, opening + pd.DateOffset(months=months))


_PERIOD = re.compile(
    r"(?P<fy>FY)?(?P<year>(?:19|20)\d\d)(?P<nendo>年度)?(?:-(?P<month>0[1-9]|1[0-2])|-?Q(?P<quarter>[1-4])|-?H(?P<half>[12]))?"
)


def parse_period(text: str) -> Period:
    """The period that people write: 2026-10 (month), 2025 (calendar year), FY2025 or 2025年度 (from April); with -Q3 or
    -H1 a quarter or half of that year, so that FY2026-Q1 is April to June.

    Raises `ValueError` for anything else.

    >>> [parse_period(text).name for text in ("2026-10", "2025", "fy2025", "2025年度", "2026-Q3", "2026年度-H1")]
    ['2026-10', '2025', 'FY2025', 'FY2025', '2026-Q3', 'FY2026-H1']
    """
    match = _PERIOD.fullmatch(text.strip().upper())
    if match is None or (match["month"] and (match["fy"] or match["nendo"])):
        raise ValueError(f"no period: {text}")
    year = int(match["year"])
    if match["month"]:
        return month(year, int(match["month"]))
    whole = fiscal_year(year) if match["fy"] or match["nendo"] else calendar_year(year)
    if match["quarter"]:
        return _part(whole, f"Q{match['quarter']}", int(match["quarter"]), 3)
    return _part(whole, f"H{match['half']}", int(match["half"]), 6) if match["half"] else whole


def _part(whole: Period, name: str, number: int, months: int) -> Period:
    opening = whole.opening + pd.DateOffset(months=months * (number - 1))
    return Period.of_months(f"{whole.name}-{name}", opening.year, opening.month, months)


def calendar_year(year: int) -> Period:
    """1 January to 31 December."""
    return Period.of_months(str(year), year, 1, 12)


def fiscal_year(year: int) -> Period:
    """1 April of the year to 31 March of the next.

    >>> fiscal_year(2025).closing.date()
    datetime.date(2026, 4, 1)
    """
    return Period.of_months(f"FY{year}", year, FISCAL_YEAR_BEGINS, 12)


def month(year: int, number: int) -> Period:
    """One calendar month."""
    return Period.of_months(f"{year}-{number:02d}", year, number, 1)

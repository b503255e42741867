"""The periods that people choose: a month, a quarter, a fiscal year (from April), or twelve months up to a month."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.figures.figure import FISCAL_YEAR_BEGINS, Period

Kind = Literal["month", "quarter", "fiscal_year", "twelve_months"]
MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "fiscal_year": 12, "twelve_months": 12}
KINDS: tuple[Kind, ...] = tuple(MONTHS)
_NAME = re.compile(
    r"(?P<twelve>12M-)?(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])|FY(?P<fiscal>(?:19|20)\d\d)(?:-Q(?P<quarter>[1-4]))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Whole months from `opening`, the first day of a month."""

    opening: date
    kind: Kind

    @property
    def length(self) -> int:
        """In months."""
        return MONTHS[self.kind]

    @property
    def closing(self) -> date:
        """The day after its last."""
        return months_later(self.opening, self.length)

    @property
    def months(self) -> list[date]:
        """The first day of each of its months."""
        return [months_later(self.opening, number) for number in range(self.length)]

    @property
    def name(self) -> str:
        """As it stands in an address: 2026-10, FY2026-Q3, FY2026, 12M-2026-10."""
        if self.kind == "month":
            return f"{self.opening:%Y-%m}"
        if self.kind == "twelve_months":
            return f"12M-{months_later(self.opening, self.length - 1):%Y-%m}"
        year, quarter = fiscal(self.opening)
        return f"FY{year}-Q{quarter}" if self.kind == "quarter" else f"FY{year}"

    @property
    def before(self) -> "Span":
        """As long, ending where this one begins."""
        return Span(months_later(self.opening, -self.length), self.kind)

    @property
    def year_before(self) -> "Span":
        """The same months of the year before."""
        return Span(months_later(self.opening, -12), self.kind)

    def period(self) -> Period:
        """For the figures that are counted from a ledger."""
        return Period.of_months(self.name, self.opening.year, self.opening.month, self.length)


def months_later(month: date, number: int) -> date:
    """The first day of the month so many months later.

    >>> months_later(date(2026, 1, 1), -1)
    datetime.date(2025, 12, 1)
    """
    count = month.year * 12 + month.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)


def months_between(first: date, until: date) -> list[date]:
    """The first day of each month from `first` up to `until` (exclusive).

    >>> len(months_between(date(2025, 11, 1), date(2026, 2, 1)))
    3
    """
    number = (until.year - first.year) * 12 + until.month - first.month
    return [months_later(first, later) for later in range(number)]


def fiscal(month: date) -> tuple[int, int]:
    """Fiscal year and quarter of a month.

    >>> fiscal(date(2026, 3, 1)), fiscal(date(2026, 4, 1))
    ((2025, 4), (2026, 1))
    """
    since = (month.month - FISCAL_YEAR_BEGINS) % 12
    return months_later(month, -since).year, since // 3 + 1


def span_around(kind: Kind, month: date) -> Span:
    """The span of that kind which the month lies in; of twelve months, the one that it ends.

    >>> [span_around(kind, date(2026, 10, 1)).name for kind in KINDS]
    ['2026-10', 'FY2026-Q3', 'FY2026', '12M-2026-10']
    """
    first = month.replace(day=1)
    since = (first.month - FISCAL_YEAR_BEGINS) % 12
    back = {"month": 0, "quarter": since % 3, "fiscal_year": since, "twelve_months": 11}
    return Span(months_later(first, -back[kind]), kind)


def parse_span(name: str) -> Span:
    """The span of a name. Raises `ValueError` for anything else.

    >>> [parse_span(name).opening.isoformat() for name in ("2026-10", "FY2026-Q3", "FY2026", "12M-2026-10")]
    ['2026-10-01', '2026-10-01', '2026-04-01', '2025-11-01']
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"no span: {name}")
    if match["year"]:
        month = date(int(match["year"]), int(match["month"]), 1)
        return span_around("twelve_months" if match["twelve"] else "month", month)
    begins = date(int(match["fiscal"]), FISCAL_YEAR_BEGINS, 1)
    if match["quarter"]:
        return Span(months_later(begins, 3 * (int(match["quarter"]) - 1)), "quarter")
    return Span(begins, "fiscal_year")


def spans_between(first: date, last: date) -> list[Span]:
    """Every span that touches the months from `first` to `last`; of twelve months, those that end in one of them."""
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = months_later(month, 1)
    return sorted({span_around(kind, month) for kind in KINDS for month in months})

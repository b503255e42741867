"""Periods, teams and groups as they stand in an address, and as people read them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AfterValidator

from models.figures.spans import Kind, Span, fiscal, parse_span
from pipeline.language import Text
from pipeline.store.call_filter import SEGMENTS

KINDS: Mapping[Kind, Text] = {
    "twelve_months": Text("12か月", "Twelve months"),
    "fiscal_year": Text("年度(4月から)", "Fiscal years (April)"),
    "quarter": Text("四半期", "Quarters"),
    "month": Text("月", "Months"),
}


def _span(name: str) -> str:
    if name:
        parse_span(name)
    return name


Period = Annotated[
    str, AfterValidator(_span), Query(max_length=20, description="2026-10, FY2026-Q3, FY2026, 12M-2026-10")
]
Team = Annotated[str, Query(max_length=200)]
Segment = Annotated[str, Query(max_length=200, pattern=f"^(|({'|'.join(SEGMENTS)}):.+)$")]


def _view(period: Period = "", team: Team = "", segment: Segment = "") -> dict[str, str]:
    """The filters of the address; an empty field of the form is no filter."""
    return {name: value for name, value in (("period", period), ("team", team), ("segment", segment)) if value}


View = Annotated[dict[str, str], Depends(_view)]


def group_of(view: Mapping[str, str]) -> tuple[str, str] | None:
    """Dimension and value of the chosen group."""
    dimension, _, value = view.get("segment", "").partition(":")
    return (dimension, value) if dimension else None


def calls_of(span: Span, view: Mapping[str, str]) -> dict[str, Any]:
    """The filters of the list of calls that show the same calls."""
    days = {"since": span.opening.isoformat(), "until": last_day(span).isoformat()}
    return {**days, **{name: view[name] for name in ("team", "segment") if name in view}}


def last_day(span: Span) -> date:
    """Its last."""
    return span.closing - timedelta(days=1)


def span_text(span: Span) -> Text:
    """The period by its name.

    >>> [span_text(parse_span(name)).ja for name in ("2026-10", "FY2026-Q3", "FY2026", "12M-2026-10")]
    ['2026年10月', '2026年度 第3四半期(10〜12月)', '2026年度', '2026年10月までの12か月']
    """
    last, year = span.months[-1], fiscal(span.opening)[0]
    match span.kind:
        case "month":
            return Text(f"{last.year}年{last.month}月", f"{last:%b} {last.year}")
        case "quarter":
            quarter = fiscal(span.opening)[1]
            ja = f"{year}年度 第{quarter}四半期({span.opening.month}〜{last.month}月)"
            return Text(ja, f"FY{year} Q{quarter} ({span.opening:%b}–{last:%b})")
        case "fiscal_year":
            return Text(f"{year}年度", f"FY{year}")
        case _:
            return Text(f"{last.year}年{last.month}月までの12か月", f"12 months to {last:%b} {last.year}")

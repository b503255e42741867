"""The pictures under an estimate: where everything stands on its scale. Nothing is computed that the document lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.charts import Scale, scale_around
from api.spans import last_day, span_text
from models.figures.spans import Span, parse_span
from pipeline.language import Text

Json = Mapping[str, Any]

CURVE_WIDTH, CURVE_HEIGHT = 1000, 240
YEAR_DAYS = 365
WARN_BALANCE = 0.1  # standardised; the usual line for groups that are alike
_COVARIATES: dict[str, Text] = {
    "log_mrr": Text("月額", "monthly fee"),
    "tenure_days": Text("お客様になってからの日数", "days as a customer"),
    "days_into_term": Text("契約期間に入ってからの日数", "days into the term"),
    "days_to_due": Text("更新期限までの日数", "days to the due date"),
    "earlier_terms": Text("これまでの契約期間の数", "earlier terms"),
    "term_months": Text("契約の月数", "months of the term"),
    "earlier_downgrade": Text("通話前の減額", "downgrade before the call"),
    "earlier_upsell": Text("通話前の増額", "upsell before the call"),
    "earlier_move_yen": Text("通話前1年の月額の動き", "move of the fee in the year before"),
    "earlier_calls": Text("通話前半年の通話数", "calls in the half-year before"),
    "health_score": Text("健康スコア", "health score"),
    "reason": Text("用件", "reason"),
    "plan": Text("プラン", "plan"),
    "industry": Text("業種", "industry"),
    "region": Text("地域", "region"),
    "segment": Text("区分", "segment"),
    "tier": Text("タッチ", "touch tier"),
    "queue": Text("窓口", "queue"),
    "direction": Text("発着信", "direction"),
}
_MOMENTS = {
    "appeal": "魅力の伝達",
    "enablement": "成功の手助け",
    "proposal": "営業提案",
    "success_phrase": "成功フレーズ",
}
_OF_A_MOMENT = (
    ("other ", "{}の有無", "{} or not"),
    ("operator rate ", "担当者がほかのお客様に行う{}の多さ", "the operator's {} with other customers"),
)


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the likeness picture: per cent of the tallest, of calls with and without the moment."""

    low: float
    high: float
    exposed: int
    comparison: int
    exposed_height: float
    comparison_height: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a step line in the picture's own units, and the share still under contract after a year."""

    points: str
    n: int
    after_a_year: float | None


@dataclass(frozen=True, slots=True)
class Retained:
    """NRR of a period beside what it would have been without the contribution (`without`: estimate and interval)."""

    name: Text
    nrr: float
    without: Json


def covariate_name(column: str) -> Text:
    """A column of the design in words; a column of the user's own table keeps its name."""
    base, note = column, Text("", "")
    for ending, ja, en in ((" squared", "(二乗)", " (squared)"), (" missing", "(不明かどうか)", " (unknown or not)"),
                           (" half-year mean", "(半年の平均)", " (half-year mean)")):  # fmt: skip
        if base.endswith(ending):
            base, note = base.removesuffix(ending), Text(ja + note.ja, en + note.en)
    for start, ja, en in _OF_A_MOMENT:
        if base.startswith(start):
            moment = base.removeprefix(start)
            return Text(ja.format(_MOMENTS.get(moment, moment)) + note.ja, en.format(moment) + note.en)
    name, _, level = base.partition("=")
    known = _COVARIATES.get(name, Text(name, name))
    of = Text(f": {level}", f": {level}") if level else Text("", "")
    return Text(known.ja + of.ja + note.ja, known.en + of.en + note.en)


def likeness(diagnostics: Json) -> list[Bin]:
    """How likely the moment was by what was known before, for calls with and without it."""
    overlap = diagnostics["overlap"]
    exposed, comparison = overlap["histogram_exposed"], overlap["histogram_comparison"]
    tallest = max(*exposed, *comparison, 1)
    width = 1 / len(exposed)
    return [
        Bin(place * width, (place + 1) * width, a, b, round(100 * a / tallest, 1), round(100 * b / tallest, 1))
        for place, (a, b) in enumerate(zip(exposed, comparison, strict=True))
    ]


def balance_scale(diagnostics: Json) -> Scale:
    """One scale for all rows, symmetric around zero."""
    rows = diagnostics["balance"]["covariates"]
    far = max([abs(row[name]) for row in rows for name in ("before", "after")] + [WARN_BALANCE])
    whole = scale_around([far, -far])
    return Scale(-max(-whole.low, whole.high), max(-whole.low, whole.high))


def renewal_scale(moment: Json) -> Scale:
    """One scale for everything on the page that is told in points of renewal."""
    diagnostics = moment["diagnostics"]
    values = [
        *_ends(moment["renewal"]),
        diagnostics["naive_includes_customer_differences"]["renewal"],
        diagnostics["second_opinion_renewal"],
        diagnostics["renewal_without_health"],
    ]
    return scale_around(values)


def shared_scale(effects: Iterable[Json | None]) -> Scale:
    """One scale for several effects; refused ones are left out."""
    return scale_around(value for effect in effects if effect for value in _ends(effect))


def _ends(effect: Json) -> tuple[float | None, ...]:
    return effect["estimate"], effect["ci_low"], effect["ci_high"]


def retained(document: Json) -> list[Retained]:
    """Twelve months up to each month, newest first, then fiscal years; one that is not over yet says so."""
    found = document.get("nrr_without_contribution", {})
    spans = sorted((parse_span(name) for name in found if not name.isdecimal()), key=_in_order, reverse=True)
    end = date.fromisoformat(str(document["as_of"]))
    return [Retained(_told(span, end), found[span.name]["nrr"], found[span.name]) for span in spans]


def retained_scale(rows: Iterable[Retained]) -> Scale:
    """One scale for both figures of every period; it need not begin at zero."""
    ends = [value for row in rows for value in (row.nrr, *_ends(row.without)) if value is not None]
    room = 0.05 * (max(ends) - min(ends)) or 0.01
    return Scale(min(ends) - room, max(ends) + room)


def _in_order(span: Span) -> tuple[bool, date]:
    return span.kind == "twelve_months", span.opening


def _told(span: Span, end: date) -> Text:
    name = span_text(span)
    if last_day(span) <= end:
        return name
    return Text(f"{name.ja}({end.month}月{end.day}日まで)", f"{name.en} (up to {end:%d %b})")


def survival(curves: Mapping[str, Json]) -> dict[str, Curve]:
    """The first two years of the plain curves as step lines, each as far as it goes."""
    return {name: _curve(curve["days"], curve["share"], curve["n"]) for name, curve in curves.items()}


def _curve(days: Sequence[float], share: Sequence[float], n: int) -> Curve:
    steps, y = ["0,0"], 0.0
    for day, left in zip(days, share, strict=True):
        x = min(day / (2 * YEAR_DAYS), 1.0) * CURVE_WIDTH
        steps += [f"{x:.1f},{y:.1f}", f"{x:.1f},{(1 - left) * CURVE_HEIGHT:.1f}"]
        y = (1 - left) * CURVE_HEIGHT
        if x >= CURVE_WIDTH:
            break
    until = [left for day, left in zip(days, share, strict=True) if day <= YEAR_DAYS]
    return Curve(" ".join(steps), n, until[-1] if until and days[-1] >= YEAR_DAYS else None)

"""What the dashboard's template is given beside the figures: trends drawn, and where the estimate applies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api import words
from api.charts import Trend, draw_trend
from api.pages import address
from api.spans import calls_of
from models.figures.spans import Span, span_around
from pipeline.language import Language, Text, in_language
from pipeline.reports.dashboard import Change, Dashboard, Month
from pipeline.reports.operator_views import OperatorView
from pipeline.reports.talk import Talk

SPOKEN = ("speech", "dictionary", "rules", "formula")  # what the conversations' trends hang on
COUNTED = ("kouken",)  # what those of the contracts do


@dataclass(frozen=True, slots=True)
class Without:
    """NRR without the contribution as the estimate has it, or why there is no such figure."""

    value: Mapping[str, Any] | None
    reason: Text | None = None


def without_contribution(document: Mapping[str, Any] | None, span: Span, view: Mapping[str, str]) -> Without:
    """Only of the whole centre, and of periods long enough to hold a call and what followed from it."""
    if view.get("segment"):
        return Without(None, Text("区分では推定しません。", "not estimated for a group."))
    whole = (document or {}).get("moments", {}).get("any")
    if not document or document["status"] == "refuse" or not whole or whole["status"] == "refuse":
        return Without(None, Text("推定できません。", "cannot be estimated."))
    if span.length < 12:
        ja = "結果を見届けるのに数か月かかるため、12か月より短い期間では出しません。"
        return Without(None, Text(ja, "outcomes take months: not for periods shorter than twelve."))
    found = document.get("nrr_without_contribution", {}).get(span.name)
    if found is None:
        return Without(None, Text("この期間の推定はありません。", "no estimate for this period."))
    return Without(found)


def upsell_effect(document: Mapping[str, Any] | None, view: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The estimated difference in expansion, where the whole centre is shown and it is not refused."""
    whole = (document or {}).get("moments", {}).get("any", {})
    refused = not document or document["status"] == "refuse" or whole.get("status") == "refuse"
    found: Mapping[str, Any] | None = None if refused or set(view) & {"team", "segment"} else whole.get("upsell")
    return found


def trends_of(board: Dashboard, language: Language) -> dict[str, Any]:
    """The four trends with their numbers of customers and calls; retention's are None without contracts."""
    months = board.months
    of_talk = changes_in(board.changes, months, SPOKEN, language)
    of_contracts = changes_in(board.changes, months, COUNTED, language)
    return {
        **conversation_trends(months, of_talk, language),
        "calls": [month.talk.calls for month in months],
        "customers": [month.retention.n if month.retention else None for month in months],
        "retention": _retention(months, ("nrr", "grr"), of_contracts, language),
        "churn": _retention(months, ("churn", "upsell"), of_contracts, language),
    }


def conversation_trends(months: Sequence[Month], changes: Mapping[int, str], language: Language) -> dict[str, Trend]:
    """Moments per 100 utterances, and the share of them that was accepted or welcomed."""
    names = {label: in_language(word.name, language) for label, word in words.MOMENTS.items()}
    days, talks = [month.month for month in months], [month.talk for month in months]
    rates = {label: (name, [_rate(talk, label) for talk in talks]) for label, name in names.items()}
    glad = {label: (name, [talk.moments[label].glad for talk in talks]) for label, name in names.items()}
    return {"moments": draw_trend(days, rates, changes), "glad": draw_trend(days, glad, changes)}


def changes_in(
    changes: Sequence[Change], months: Sequence[Month], meant: Sequence[str], language: Language
) -> dict[int, str]:
    """Month's place → the changes of these versions in it, in words."""
    places = {month.month: place for place, month in enumerate(months)}
    told: dict[int, list[str]] = {}
    for change in changes:
        if names := [in_language(words.VERSIONS[name].name, language) for name in change.names if name in meant]:
            told.setdefault(places[change.on.replace(day=1)], []).append(f"{change.on} {'・'.join(names)}")
    return {place: " / ".join(texts) for place, texts in told.items()}


def month_links(months: Sequence[Month], view: Mapping[str, str], **more: str) -> list[str]:
    """The calls of each month, by the same filters."""
    return [address("/calls", calls_of(span_around("month", month.month), view), **more) for month in months]


_RETENTION = {
    "nrr": Text("NRR", "NRR"),
    "grr": Text("GRR", "GRR"),
    "churn": Text("解約率", "Churn"),
    "upsell": Text("アップセル・クロスセル率", "Expansion"),
}


def _retention(
    months: Sequence[Month], keys: Sequence[str], changes: Mapping[int, str], language: Language
) -> Trend | None:
    told = [month.retention for month in months]
    if not any(told):
        return None
    series = {
        key: (in_language(_RETENTION[key], language), [getattr(found, key) if found else None for found in told])
        for key in keys
    }
    return draw_trend([month.month for month in months], series, changes, from_zero="churn" in keys)


def _rate(talk: Talk, label: str) -> float | None:
    rate = talk.moments[label].rate
    return rate.value if rate else None


def operator_trends(shown: OperatorView, language: Language) -> dict[str, Any]:
    """One trend for each moment, beside the colleagues, and the numbers of calls."""
    changes = changes_in(shown.changes, shown.months, SPOKEN, language)
    days = [month.month for month in shown.months]
    own, others = (in_language(text, language) for text in (_OWN, _WITH_COLLEAGUES))
    trends: dict[str, Any] = {
        label: draw_trend(
            days,
            {
                label: (own, [_rate(month.talk, label) for month in shown.months]),
                "team": (others, [_rate(month.talk, label) for month in shown.others_months]),
            },
            changes,
        )
        for label in words.MOMENTS
    }
    return trends | {"calls": [month.talk.calls for month in shown.months]}


_OWN = Text("本人", "own")
_WITH_COLLEAGUES = Text("チーム全体", "whole team")

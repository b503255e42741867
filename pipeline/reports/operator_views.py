"""Operators over a period: each with what was said in their calls, beside colleagues on calls with the same reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from models.figures.like_calls import (
    Compared,
    Difference,
    Estimate,
    Sums,
    against_colleagues,
    compared,
    share_difference,
)
from models.figures.spans import Span
from models.scoring import CATEGORIES
from pipeline.reports.dashboard import Change, Month, changes_of, trend_months
from pipeline.reports.talk import ANY, COMPARED, NOTHING, Talk, added, sums_of, talk_of
from pipeline.store import kept
from pipeline.store.connect import Connection
from pipeline.store.kept import ALL, Counts, Slice
from pipeline.store.pages import Within

MISSED_SHOWN = 5
ByReason = Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """One operator, as far as the reader's reach goes. `teams`: those in which the calls of the period were taken.
    `compared`: all moments per 100 utterances against colleagues on like calls; None with too few calls."""

    operator_id: str
    name: str | None
    teams: tuple[str, ...]
    talk: Talk
    compared: Compared | None


@dataclass(frozen=True, slots=True)
class Missed:
    """A moment that colleagues have more often in calls with this reason. `clear`: the interval leaves zero out."""

    reason: str
    category: str
    own_share: float
    others_share: float
    difference: Estimate
    calls: int
    clear: bool


@dataclass(frozen=True, slots=True)
class OperatorView:
    """`talk`: now, the period before, the year before. `team`: whose colleagues these are, None for the whole centre;
    `others`: they together. `differences`: by moment, on like calls; None with too few calls."""

    operator_id: str
    name: str | None
    teams: tuple[str, ...]
    span: Span
    talk: tuple[Talk, Talk, Talk]
    team: str | None
    others: Talk
    differences: Mapping[str, Difference | None]
    missed: Sequence[Missed]
    months: Sequence[Month]
    others_months: Sequence[Month]
    changes: Sequence[Change]


def operator_rows(
    connection: Connection, facts: Mapping[str, Any], span: Span, within: Within | None, team: str | None = None
) -> list[OperatorRow]:
    """Every operator with calls in the period, in order of id: nobody is ranked."""
    wanted = Slice(span.opening, span.closing, team=team)
    told: dict[str, dict[str, Counts]] = {}
    sums = kept.conversation_sums(connection, replace(wanted, within=within), ("operator_id", "team"))
    for (operator, of_team), counts in sums.items():
        told.setdefault(operator, {})[of_team] = counts
    everyone = _by_reason(connection, facts, wanted)
    own = everyone if within is None else _by_reason(connection, facts, replace(wanted, within=within))
    whole = _together(everyone.values())
    differences = {name: _difference(own[name], _less(whole, everyone[name]), ANY) for name in sorted(set(told) - {""})}
    standings = compared(differences)
    rows = []
    for name in differences:
        teams = tuple(sorted(set(told[name]) - {""}))
        talk = talk_of(added(*told[name].values()))
        rows.append(OperatorRow(name, facts["operators"].get(name), teams, talk, standings.get(name)))
    return rows


def operator_view(
    connection: Connection, facts: Mapping[str, Any], operator_id: str, span: Span, within: Within | None
) -> OperatorView | None:
    """One operator, as far as the reader's reach goes; None where no call of theirs lies within it, at any time."""
    told = facts["first_month"]
    months = trend_months(span, date.fromisoformat(told) if told else span.opening)
    first = min(months[0], span.before.opening, span.year_before.opening)
    own = Slice(first, span.closing, operator_id=operator_id, within=within)
    spoken = kept.conversation_sums(connection, own, ("month", "team"))
    ever = replace(own, first=date.min, until=date.max)
    if not spoken and not kept.conversation_sums(connection, ever, ("operator_id",)):
        return None
    by_month: dict[date, Counts] = {}
    for (month, _), counts in spoken.items():
        by_month[month] = added(by_month.get(month, NOTHING), counts)
    now = {key: counts for key, counts in spoken.items() if key[0] >= span.opening}
    team = _main_team(now)
    wanted = Slice(span.opening, span.closing, team=team)
    of_own = replace(wanted, operator_id=operator_id)
    others = _less(_sums_by_reason(connection, facts, wanted), _sums_by_reason(connection, facts, of_own))
    mine = _sums_by_reason(connection, facts, replace(of_own, within=within))
    all_months = kept.conversation_sums(connection, replace(wanted, first=months[0]), ("month",))
    return OperatorView(
        operator_id=operator_id,
        name=facts["operators"].get(operator_id),
        teams=tuple(sorted({key for _, key in now} - {""})),
        span=span,
        talk=(_talk(by_month, span), _talk(by_month, span.before), _talk(by_month, span.year_before)),
        team=team,
        others=talk_of(added(*others.values())),
        differences={category: _difference(mine, others, category) for category in (*CATEGORIES, ANY)},
        missed=missed_moments(_known(mine), others),
        months=[Month(month, None, talk_of(by_month.get(month))) for month in months],
        others_months=[Month(month, None, talk_of(all_months.get((month,)))) for month in months],
        changes=changes_of(facts, months[0], span.closing),
    )


def missed_moments(own: ByReason, others: ByReason) -> list[Missed]:
    """Where colleagues have a moment in more of their calls with the same reason; the most calls first."""
    found: list[tuple[float, Missed]] = []
    for reason, counts in own.items():
        rest = others.get(reason, NOTHING)
        for category in CATEGORIES:
            mine, theirs = ((part[f"{category}_calls"], part["spoken"]) for part in (counts, rest))
            difference = share_difference(mine, theirs)
            if difference and difference.value < 0 and difference.high is not None:
                shares = mine[0] / mine[1], theirs[0] / theirs[1]
                missed = Missed(reason, category, *shares, difference, mine[1], difference.high < 0)
                found.append((difference.value * mine[1], missed))
    return [missed for _, missed in sorted(found, key=lambda item: item[0])[:MISSED_SHOWN]]


def _talk(by_month: Mapping[date, Counts], span: Span) -> Talk:
    return talk_of(added(*(by_month[month] for month in span.months if month in by_month)))


def _known(parts: ByReason) -> dict[str, Counts]:
    return {reason: counts for reason, counts in parts.items() if reason}


def _difference(own: ByReason, others: ByReason, category: str) -> Difference | None:
    return against_colleagues(_sums(own, category), _sums(others, category))


def _sums(parts: ByReason, category: str) -> dict[str, Sums]:
    return {reason: sums_of(counts, category) for reason, counts in parts.items()}


def _by_reason(connection: Connection, facts: Mapping[str, Any], wanted: Slice) -> dict[str, dict[str, Counts]]:
    """Operator → reason → sums, of what is compared."""
    found: dict[str, dict[str, Counts]] = {}
    sums = kept.conversation_sums(connection, _of_reasons(facts, wanted), ("operator_id", "value"), COMPARED)
    for (operator, reason), counts in sums.items():
        found.setdefault(operator, {})[reason] = counts
    return found


def _sums_by_reason(connection: Connection, facts: Mapping[str, Any], wanted: Slice) -> dict[str, Counts]:
    """Reason → sums of everybody in the slice."""
    sums = kept.conversation_sums(connection, _of_reasons(facts, wanted), ("value",))
    return {reason: counts for (reason,), counts in sums.items()}


def _of_reasons(facts: Mapping[str, Any], wanted: Slice) -> Slice:
    """Where no call has a reason, all calls are alike."""
    dimension, value = ("reason", None) if facts["reasons"] else (ALL, "")
    return replace(wanted, dimension=dimension, value=value)


def _together(parts: Iterable[ByReason]) -> dict[str, Counts]:
    of_reason: dict[str, list[Counts]] = {}
    for part in parts:
        for reason, counts in part.items():
            of_reason.setdefault(reason, []).append(counts)
    return {reason: added(*found) for reason, found in of_reason.items()}


def _less(whole: ByReason, own: ByReason) -> dict[str, Counts]:
    """What is left of the whole without one's own."""
    left: dict[str, Counts] = {}
    for reason, counts in whole.items():
        mine = own.get(reason, NOTHING)
        left[reason] = {name: counts[name] - mine[name] for name in counts}
    return left


def _main_team(spoken: Mapping[tuple[Any, ...], Counts]) -> str | None:
    """The team in which most of the calls were taken."""
    calls: dict[str, int] = {}
    for (_, team), counts in spoken.items():
        calls[team] = calls.get(team, 0) + counts["calls"]
    return max(calls, key=lambda team: calls[team], default="") or None

"""The dashboard of a period: retention and conversations with the period and the year before, month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.figures.spans import KINDS, Kind, Span, months_between, months_later, span_around
from pipeline.reports.talk import Talk, added, talk_of
from pipeline.store import kept
from pipeline.store.connect import Connection
from pipeline.store.kept import ALL, Counts, Slice
from pipeline.values import TOKYO

TREND_MONTHS = 25  # two years, and the month that the first of them is compared with


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for. `group`: a dimension of the contracts and its value."""

    span: Span
    team: str | None = None
    group: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """Figures of the customers at the opening. The rates are None below the smallest group that is shown."""

    n: int
    opening_yen: int
    closing_yen: int
    churned: int
    expanded: int
    nrr: float | None
    grr: float | None
    churn: float | None
    revenue_churn: float | None
    upsell: float | None
    price_yen: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the trend. `retention` is None where no customer stood at its opening or nothing is told of it."""

    month: date
    retention: Retention | None
    talk: Talk


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One value of a dimension, now and before."""

    value: str
    now: Retention
    before: Retention | None
    year_before: Retention | None


@dataclass(frozen=True, slots=True)
class Change:
    """A night from which on something else counted. `names`: speech, dictionary, rules, formula or kouken."""

    on: date
    run_id: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`complete`: whether the contracts are told to the end of the period."""

    choice: Choice
    complete: bool
    retention: tuple[Retention | None, Retention | None, Retention | None]  # now, the period before, the year before
    talk: tuple[Talk, Talk, Talk]
    months: Sequence[Month]
    groups: Mapping[str, Sequence[GroupRow]]
    changes: Sequence[Change]


def default_span(facts: Mapping[str, Any]) -> Span:
    """The twelve months up to the last that anything is told of."""
    return span_around("twelve_months", last_month(facts))


def last_month(facts: Mapping[str, Any]) -> date:
    """Of calls or contracts; of facts without either, this month."""
    told = [date.fromisoformat(facts[name]).replace(day=1) for name in ("last_month", "as_of") if facts[name]]
    return max(told, default=datetime.now(TOKYO).date().replace(day=1))


def choosable(facts: Mapping[str, Any], earliest: date) -> dict[Kind, list[Span]]:
    """The spans of each kind, newest first, from the month of `earliest`."""
    month, found = last_month(facts), dict[Kind, list[Span]]()
    while month >= earliest.replace(day=1):
        for kind in KINDS:
            span = span_around(kind, month)
            if found.setdefault(kind, [])[-1:] != [span]:  # the months of one follow each other
                found[kind].append(span)
        month = months_later(month, -1)
    return found


def first_month(facts: Mapping[str, Any]) -> date:
    """The first month of which calls or contracts are told."""
    told = [date.fromisoformat(facts["first_month"])] if facts["first_month"] else []
    told += [date.fromisoformat(f"{name}-01") for name in facts["spans"] if len(name) == len("2026-10")]
    return min(told, default=last_month(facts))


def dashboard(connection: Connection, facts: Mapping[str, Any], choice: Choice, minimum_group: int) -> Dashboard:
    """Everything the page shows, from the sums of the newest night: three small reads, however many calls there are."""
    span = choice.span
    dimension, value = choice.group or (ALL, "")
    compared = (span, span.before, span.year_before)
    months = trend_months(span, first_month(facts))
    names = {item.name for item in compared} | {f"{month:%Y-%m}" for month in months}
    sums = kept.figure_sums(connection, names, [dimension], value)
    first = min(months[0], *(item.opening for item in compared))
    wanted = Slice(first, span.closing, dimension, value, choice.team)
    spoken = {month: counts for (month,), counts in kept.conversation_sums(connection, wanted, ("month",)).items()}

    def retention(name: str) -> Retention | None:
        return retention_of(sums.get((name, dimension, value)), minimum_group)

    now, before, year_before = compared
    return Dashboard(
        choice=choice,
        complete=bool(facts["as_of"] and span.closing <= date.fromisoformat(facts["as_of"]) + timedelta(days=1)),
        retention=(retention(now.name), retention(before.name), retention(year_before.name)),
        talk=(_talk(spoken, now), _talk(spoken, before), _talk(spoken, year_before)),
        months=[Month(month, retention(f"{month:%Y-%m}"), talk_of(spoken.get(month))) for month in months],
        groups=_groups(connection, facts, compared, minimum_group),
        changes=changes_of(facts, months[0], span.closing),
    )


def dashboard_json(board: Dashboard) -> dict[str, Any]:
    """As plain values: rates as fractions, yen as integers, moments with their number per 100 utterances."""
    span = board.choice.span
    whens = ("now", "before", "year_before")
    return {
        "period": span.name,
        "opening": span.opening,
        "closing": span.closing,
        "team": board.choice.team,
        "group": ":".join(board.choice.group) if board.choice.group else None,
        "complete": board.complete,
        "retention": {when: found and asdict(found) for when, found in zip(whens, board.retention, strict=True)},
        "conversations": {when: asdict(talk) for when, talk in zip(whens, board.talk, strict=True)},
        "months": [asdict(month) for month in board.months],
        "groups": {name: [asdict(row) for row in rows] for name, rows in board.groups.items()},
        "changes": [asdict(change) for change in board.changes],
    }


def retention_of(sums: Counts | None, minimum_group: int) -> Retention | None:
    """The rates of the sums; None where no customer stood at the opening."""
    if sums is None:
        return None
    n, opening = sums["n"], sums["opening_yen"]
    shown = n >= minimum_group
    expansions = sums["expansions"] if shown else 0
    return Retention(
        n=n,
        opening_yen=opening,
        closing_yen=sums["closing_yen"],
        churned=sums["churned"],
        expanded=sums["expanded"],
        nrr=sums["closing_yen"] / opening if shown else None,
        grr=sums["kept_yen"] / opening if shown else None,
        churn=sums["churned"] / n if shown else None,
        revenue_churn=sums["fall_yen"] / opening if shown else None,
        upsell=sums["expanded"] / n if shown else None,
        price_yen=sums["expansion_yen"] / expansions if expansions else None,
    )


def changes_of(facts: Mapping[str, Any], first: date, until: date) -> list[Change]:
    """The changes of versions in these months."""
    told = [Change(date.fromisoformat(item["on"]), item["run_id"], tuple(item["names"])) for item in facts["changes"]]
    return [change for change in told if first <= change.on < until]


def trend_months(span: Span, earliest: date) -> list[date]:
    """Of the trend: up to two years back from the end of the span, but not before anything is told, nor shorter."""
    begin = min(span.opening, max(earliest, months_later(span.closing, -TREND_MONTHS)))
    return months_between(begin, span.closing)


def _talk(spoken: Mapping[date, Counts], span: Span) -> Talk:
    return talk_of(added(*(spoken[month] for month in span.months if month in spoken)))


def _groups(
    connection: Connection, facts: Mapping[str, Any], compared: Sequence[Span], minimum_group: int
) -> dict[str, list[GroupRow]]:
    names = [span.name for span in compared]
    sums = kept.figure_sums(connection, set(names), list(facts["groups"])) if facts["groups"] else {}
    found: dict[str, list[GroupRow]] = {}
    for span, dimension, value in sorted(sums):
        if span == names[0]:
            told = [retention_of(sums.get((name, dimension, value)), minimum_group) for name in names]
            assert told[0] is not None
            found.setdefault(dimension, []).append(GroupRow(value, told[0], told[1], told[2]))
    return found

"""The body of a night's report: plain values with the versions and loads they came from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from models.figures.cohort import open_cohort
from models.figures.figure import FISCAL_YEAR_BEGINS, Period, fiscal_year
from models.figures.kpi import kpi_figures
from models.figures.ledger import Ledger, build_ledger
from models.scoring import CATEGORIES, Tally, add, score, score_interval, weigh
from pipeline.errors import REASON_TEXTS
from pipeline.outcomes.join import JOIN_TEXTS, JoinReport
from pipeline.reports.parts import Part
from pipeline.store.recordings import FileState

SCHEMA = "report-1"
TOKYO = ZoneInfo("Asia/Tokyo")
STATES = ("done", "waiting", "quarantined", "skipped")


@dataclass(frozen=True)
class Material:
    """Everything a report is made of beside its calls.

    `loads`: by kind, with their own load reports. `files`: how many are in each state.
    """

    run_id: int
    made_at: datetime
    versions: Mapping[str, str]
    loads: Mapping[str, Mapping[str, Any]]
    files: Mapping[str, int]
    held_back: Sequence[FileState]
    contracts: pd.DataFrame
    outcomes: pd.DataFrame

    @cached_property
    def ledger(self) -> Ledger:
        """Of its contracts and outcomes: all that is counted of them is counted from this one."""
        return build_ledger(self.contracts, self.outcomes)

    @property
    def as_of(self) -> pd.Timestamp | None:
        """The last day that contracts and outcomes tell; None where one of them tells nothing."""
        if self.contracts.empty or self.outcomes.empty:
            return None
        last: pd.Timestamp = max(self.outcomes["on"].max(), self.contracts["started_on"].max())
        return last


class Summary:
    """The counts, rates and score of several calls together, with their number and an interval where one is honest."""

    def __init__(self) -> None:
        self.total = add(())
        self.weighed = [weigh(())]

    def take(self, tallies: Sequence[Tally]) -> None:
        """Count these calls, too."""
        self.total = add((self.total, *tallies))
        self.weighed.append(weigh(tallies))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        total, scored = self.total, score(self.total)
        moments = {
            category: {
                "n": total.number(category),
                "rate": _rounded(scored.rates[category]),
                "weighted_rate": _rounded(scored.weighted_rates[category]),
                "score": _rounded(scored.scores[category]),
                "reactions": dict(total.moments[category]),
            }
            for category in CATEGORIES
        }
        return {
            "calls": total.calls,
            "operator_minutes": round(total.operator_speech_ms / 60_000, 2),
            "moments": moments,
            "score": _rounded(scored.total),
            "score_interval": score_interval(np.concatenate(self.weighed)),
            "signals": dict(total.signals),
            "success_phrases": total.success_phrases,
        }


def summary(tallies: Sequence[Tally]) -> dict[str, Any]:
    """The same of calls that are all there."""
    found = Summary()
    found.take(tallies)
    return found.to_json()


@dataclass
class _Operator:
    """What an operator said, under the name and team that were told last."""

    said: Summary = field(default_factory=Summary)
    name: str | None = None
    team: str | None = None
    teams: set[str] = field(default_factory=set)

    def take(self, rows: pd.DataFrame, tallies: Sequence[Tally]) -> None:
        self.said.take(tallies)
        self.name = _last(rows["operator_name"]) or self.name
        self.team = _last(rows["team"]) or self.team
        self.teams.update(rows["team"].dropna())

    def to_json(self) -> dict[str, Any]:
        names = {"operator_name": self.name, "team": self.team, "teams": sorted(self.teams)}
        return {**names, **self.said.to_json()}


class CallSums:
    """What a report says of the calls, added up part by part."""

    def __init__(self) -> None:
        self.centre = Summary()
        self.operators: dict[str, _Operator] = defaultdict(_Operator)
        self.calls = dict.fromkeys(("known", "analysed", "operator_unknown", "time_unknown"), 0)
        self.simulated: int | None = None
        self.first: Any = None
        self.last: Any = None

    @property
    def operator_names(self) -> dict[str, str | None]:
        """By operator id."""
        return {operator: told.name for operator, told in sorted(self.operators.items())}

    def take(self, part: Part) -> None:
        """Count the calls of a part, too; the parts come by call id."""
        analysed = part.analysed
        self.centre.take(part.tallies)
        self.calls["known"] += len(part.known)
        self.calls["analysed"] += int(analysed["call_id"].nunique())
        self.calls["operator_unknown"] += int(analysed["operator_id"].isna().sum())
        self.calls["time_unknown"] += int(analysed["started_at"].isna().sum())
        if "simulated" in part.known:
            self.simulated = (self.simulated or 0) + simulated_rows(part.known)
        started = analysed["started_at"].dropna()
        if len(started):
            self.first = min(filter(None, (self.first, started.min())))
            self.last = max(filter(None, (self.last, started.max())))
        for operator, rows in analysed.groupby("operator_id"):
            self.operators[str(operator)].take(rows, [part.tallies[position] for position in rows.index])


def build_report(material: Material, counted: CallSums, join: JoinReport) -> dict[str, Any]:
    """The body, as plain JSON values. It never changes once stored."""
    return {
        "schema": SCHEMA,
        "run_id": material.run_id,
        "made_at": material.made_at.astimezone(TOKYO).isoformat(timespec="seconds"),
        "period": {"first": _day(counted.first), "last": _day(counted.last)} if counted.first is not None else None,
        "simulated": _simulated(material, counted),
        "versions": dict(material.versions),
        "loads": {kind: dict(load) for kind, load in material.loads.items()},
        "coverage": _coverage(material, counted, join),
        "centre": counted.centre.to_json(),
        "operators": list(_operators(counted)),
        "figures": list(_figures(material)),
    }


def _operators(counted: CallSums) -> Iterator[dict[str, Any]]:
    """By operator id, never by rank; calls whose operator is unknown are in the centre's figures only."""
    for operator, told in sorted(counted.operators.items()):
        yield {"operator_id": operator, **told.to_json()}


def _coverage(material: Material, counted: CallSums, join: JoinReport) -> dict[str, Any]:
    return {
        "files": {"found": sum(material.files.values()), **{state: material.files[state] for state in STATES}},
        "held_back": [
            {
                **{name: value for name, value in asdict(file).items() if name != "recording_id"},
                "ja": REASON_TEXTS[file.reason].ja if file.reason else "",
                "en": REASON_TEXTS[file.reason].en if file.reason else "",
            }
            for file in material.held_back
        ],
        "calls": dict(counted.calls),
        "join": {
            **join.to_json(),
            "texts": {code: {"ja": text.ja, "en": text.en} for code, text in JOIN_TEXTS.items()},
        },
    }


def _figures(material: Material) -> Iterator[dict[str, Any]]:
    """Retention and expansion of the last two fiscal years that have a cohort, up to the last day of the data."""
    as_of = material.as_of
    if as_of is None:
        return
    current = as_of.year if as_of.month >= FISCAL_YEAR_BEGINS else as_of.year - 1
    for year in (current, current - 1):
        period: Period = fiscal_year(year)
        cohort = open_cohort(material.ledger, period)
        if cohort.size:
            yield {
                "period": period.name,
                "opening": _day(period.opening),
                "closing": _day(period.closing),
                "as_of": _day(as_of),
                "complete": bool(as_of >= period.closing),
                "figures": {name: figure.to_json() for name, figure in kpi_figures(cohort).items()},
            }


def _simulated(material: Material, counted: CallSums) -> dict[str, int]:
    """How many rows the user's own files call simulated (a column `simulated` that says true)."""
    frames = {"contracts": material.contracts, "outcomes": material.outcomes}
    tables = {kind: simulated_rows(frame) for kind, frame in frames.items() if "simulated" in frame.columns}
    return tables if counted.simulated is None else {"calls": counted.simulated, **tables}


def simulated_rows(frame: pd.DataFrame) -> int:
    """How many rows of a table the user calls simulated."""
    if "simulated" not in frame:
        return 0
    return int(frame["simulated"].astype("string").str.casefold().isin(["true", "1", "1.0", "yes"]).sum())


def _last(column: "pd.Series[Any]") -> str | None:
    known = column.dropna()
    return str(known.iloc[-1]) if len(known) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _day(moment: Any) -> str:
    if moment.tzinfo is not None:
        moment = moment.tz_convert(TOKYO)
    return str(moment.date())

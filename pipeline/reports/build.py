"""The body of a night's report: plain values with the versions and loads they came from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from models.figures.cohort import open_cohort
from models.figures.figure import FISCAL_YEAR_BEGINS, Period, fiscal_year
from models.figures.kpi import kpi_figures
from models.figures.ledger import build_ledger
from models.scoring import CATEGORIES, Tally, add, score, score_interval
from pipeline.errors import REASON_TEXTS
from pipeline.outcomes.join import JOIN_TEXTS, JoinResult
from pipeline.store.recordings import FileState

SCHEMA = "report-1"
TOKYO = ZoneInfo("Asia/Tokyo")
STATES = ("done", "waiting", "quarantined", "skipped")


@dataclass(frozen=True)
class Material:
    """Everything a report is made of.

    `calls`: every call known, by its row in the calls table or by its recording alone. `join.calls`: the same with what
    it was joined to; the estimate must never see those columns, since they tell the outcome.
    `analysed`: the rows of `join.calls` whose recordings were analysed; `tallies[i]` and `transcript_ids[i]` belong to
    row i.
    `loads`: by kind, with their own load reports.
    """

    run_id: int
    made_at: datetime
    versions: Mapping[str, str]
    loads: Mapping[str, Mapping[str, Any]]
    files: Sequence[FileState]
    calls: pd.DataFrame
    analysed: pd.DataFrame
    tallies: Sequence[Tally]
    transcript_ids: Sequence[int]
    contracts: pd.DataFrame
    outcomes: pd.DataFrame
    snapshots: pd.DataFrame
    join: JoinResult


def with_unlisted(calls: pd.DataFrame, analysed: Sequence[str]) -> pd.DataFrame:
    """The calls table, and a row that holds nothing but its id for every analysed call that has none."""
    listed = set(calls["call_id"])
    unlisted = pd.DataFrame({"call_id": sorted(set(analysed) - listed)}, dtype="string")
    return pd.concat([calls, unlisted.reindex(columns=calls.columns).astype(calls.dtypes.to_dict())], ignore_index=True)


def rows_of(call_ids: Sequence[str], joined: pd.DataFrame) -> pd.DataFrame:
    """The row of each call, in the given order; a call of several recordings comes several times."""
    return joined.set_index("call_id").loc[list(call_ids)].reset_index()


def build_report(material: Material, contribution: dict[str, Any] | None) -> dict[str, Any]:
    """The body, as plain JSON values. It never changes once stored. `contribution`: the estimate's own document."""
    started = material.analysed["started_at"].dropna()
    return {
        "schema": SCHEMA,
        "run_id": material.run_id,
        "made_at": material.made_at.astimezone(TOKYO).isoformat(timespec="seconds"),
        "period": {"first": _day(started.min()), "last": _day(started.max())} if len(started) else None,
        "simulated": _simulated(material),
        "versions": dict(material.versions),
        "loads": {kind: dict(load) for kind, load in material.loads.items()},
        "coverage": _coverage(material),
        "centre": summary(material.tallies),
        "operators": list(_operators(material)),
        "figures": list(_figures(material)),
        **({"contribution": contribution} if contribution else {}),
    }


def summary(tallies: Sequence[Tally]) -> dict[str, Any]:
    """The counts, rates and score of several calls together, with their number and an interval where one is honest."""
    total = add(tallies)
    scored = score(total)
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
        "score_interval": score_interval(tallies),
        "signals": dict(total.signals),
        "success_phrases": total.success_phrases,
    }


def _operators(material: Material) -> Iterator[dict[str, Any]]:
    """By operator id, never by rank; calls whose operator is unknown are in the centre's figures only."""
    frame = material.analysed
    grouped: dict[str, list[int]] = defaultdict(list)
    for position, operator in enumerate(frame["operator_id"]):
        if operator is not pd.NA:
            grouped[operator].append(position)
    for operator in sorted(grouped):
        rows = frame.iloc[grouped[operator]]
        yield {
            "operator_id": operator,
            "operator_name": _last(rows["operator_name"]),
            "team": _last(rows["team"]),
            "teams": sorted(rows["team"].dropna().unique()),
            **summary([material.tallies[position] for position in grouped[operator]]),
        }


def _coverage(material: Material) -> dict[str, Any]:
    states = [file.state for file in material.files]
    known, analysed = material.join.calls, material.analysed
    return {
        "files": {"found": len(states), **{state: states.count(state) for state in STATES}},
        "held_back": [
            {
                **asdict(file),
                "ja": REASON_TEXTS[file.reason].ja if file.reason else "",
                "en": REASON_TEXTS[file.reason].en if file.reason else "",
            }
            for file in material.files
            if file.state == "quarantined"
        ],
        "calls": {
            "known": len(known),
            "analysed": int(analysed["call_id"].nunique()),
            "operator_unknown": int(analysed["operator_id"].isna().sum()),
            "time_unknown": int(analysed["started_at"].isna().sum()),
        },
        "join": {
            **material.join.report.to_json(),
            "texts": {code: {"ja": text.ja, "en": text.en} for code, text in JOIN_TEXTS.items()},
        },
    }


def _figures(material: Material) -> Iterator[dict[str, Any]]:
    """Retention and expansion of the last two fiscal years that have a cohort, up to the last day of the data."""
    if material.contracts.empty or material.outcomes.empty:
        return
    ledger = build_ledger(material.contracts, material.outcomes)
    as_of = max(material.outcomes["on"].max(), material.contracts["started_on"].max())
    current = as_of.year if as_of.month >= FISCAL_YEAR_BEGINS else as_of.year - 1
    for year in (current, current - 1):
        period: Period = fiscal_year(year)
        cohort = open_cohort(ledger, period)
        if cohort.size:
            yield {
                "period": period.name,
                "opening": _day(period.opening),
                "closing": _day(period.closing),
                "as_of": _day(as_of),
                "complete": bool(as_of >= period.closing),
                "figures": {name: figure.to_json() for name, figure in kpi_figures(cohort).items()},
            }


def _simulated(material: Material) -> dict[str, int]:
    """How many rows the user's own files call simulated (a column `simulated` that says true)."""
    frames = {"calls": material.join.calls, "contracts": material.contracts, "outcomes": material.outcomes}
    return {kind: simulated_rows(frame) for kind, frame in frames.items() if "simulated" in frame.columns}


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

"""What was said in the calls of a period: moments and reactions of the centre and of every operator, and how many of
the calls these numbers rest on.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.figures.figure import Period
from models.scoring import Tally, add
from pipeline.reports.build import summary
from pipeline.store import reports, scores
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins


@dataclass(frozen=True, slots=True)
class Conversations:
    """`calls`: the joined calls of the period, with `tally` (None where a call was not analysed). `centre`: their
    summary together; `operators`: by id, each summary with operator_name, team and known (calls, analysed or not).
    `coverage`: calls known, analysed and joined in the period, and the recordings of the last night by state.
    `night`: run_id, made_at and versions of that night; `contribution`: its estimate, None where it made none.
    """

    calls: pd.DataFrame
    centre: dict[str, Any]
    operators: dict[str, dict[str, Any]]
    coverage: dict[str, int]
    night: dict[str, Any]
    contribution: dict[str, Any] | None


def stored_conversations(connection: Connection, joined: pd.DataFrame, period: Period) -> Conversations | None:
    """The calls of the period as the last night counted them; None before the first night.

    `joined`: all calls as joined to contracts. A call belongs to the day in Tokyo on which it began; calls without a
    time belong to no period.
    """
    body = reports.latest_report(connection)
    if body is None:
        return None
    calls = _in_period(joined, period)
    tallies = _tallies(connection, Pins.of_report(body), set(calls["call_id"]))
    calls["tally"] = pd.Series([tallies.get(call_id) for call_id in calls["call_id"]], index=calls.index, dtype=object)
    analysed = calls[calls["tally"].notna()]
    return Conversations(
        calls,
        summary(analysed["tally"].tolist()),
        _operators(calls),
        {
            "calls_known": len(calls),
            "calls_analysed": len(analysed),
            "calls_joined": int((calls["join_status"] == "matched").sum()),
            **{f"files_{state}": number for state, number in body["coverage"]["files"].items()},
        },
        {name: body[name] for name in ("run_id", "made_at", "versions")},
        body.get("contribution"),
    )


def _in_period(joined: pd.DataFrame, period: Period) -> pd.DataFrame:
    day = joined["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None)
    inside: pd.DataFrame = joined[(day >= period.opening) & (day < period.closing)]
    return inside.reset_index(drop=True)


def _tallies(connection: Connection, pins: Pins, wanted: set[str]) -> dict[str, Tally]:
    """By call id; a call of several recordings is added up."""
    found: dict[str, list[Tally]] = defaultdict(list)
    for call, tally in scores.each_tally(connection, pins.speech, pins.tagging, pins.formula, pins.run_id):
        if call.call_id in wanted:
            found[call.call_id].append(tally)
    return {call_id: parts[0] if len(parts) == 1 else add(parts) for call_id, parts in found.items()}


def _operators(calls: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """By operator id, never by rank; calls without an operator are in the centre's numbers only."""
    told = calls.dropna(subset=["operator_id"])
    return {str(operator): _operator(rows) for operator, rows in told.groupby("operator_id", sort=True)}


def _operator(rows: pd.DataFrame) -> dict[str, Any]:
    names: Mapping[str, Any] = {column: _last(rows, column) for column in ("operator_name", "team")}
    return {**names, "known": len(rows), **summary(rows["tally"].dropna().tolist())}


def _last(rows: pd.DataFrame, column: str) -> str | None:
    known = rows.dropna(subset=[column])[column] if column in rows else rows.iloc[:0]
    return str(known.iloc[-1]) if len(known) else None

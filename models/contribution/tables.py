"""The guards: rows that cannot take part are counted and left out before anything is computed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

OUTCOMES = ("renewed", "churned")
GROWTH = ("upsell", "cross_sell")
_IDS = ("call_id", "contract_id", "customer_id", "operator_id")


@dataclass(frozen=True, slots=True)
class Tables:
    """The four input tables with canonical columns. Times are UTC, days are Japanese calendar days.

    calls: call_id, started_at, operator_id, contract_id and/or customer_id, reason?, n_appeal? …, assigned?, more.
    contracts (one row per term): contract_id, customer_id, started_on, mrr_yen, renewal_due_on?, plan? …
    outcomes: contract_id, on, kind, mrr_before_yen, mrr_after_yen, event_id?.
    snapshots: customer_id, on, further columns; may be empty.
    holes: contracts of which whoever read the tables left out an event, so that what became of them is not known.
    """

    calls: pd.DataFrame
    contracts: pd.DataFrame
    outcomes: pd.DataFrame
    snapshots: pd.DataFrame
    holes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Guarded:
    """The tables after the guards: `calls.day`, `outcomes.on`, `contracts.started_on` are datetime64 midnights.

    `terms` has a unique `term` number per row; `dropped` counts what was left out, by reason.
    """

    calls: pd.DataFrame
    terms: pd.DataFrame
    outcomes: pd.DataFrame
    snapshots: pd.DataFrame
    as_of: pd.Timestamp
    dropped: Counter[str]


def last_day(tables: Tables, today: date) -> date | None:
    """The last day on which anything was recorded, never later than `today`; None where there is none."""
    days = pd.concat(
        [
            _japanese_day(tables.calls["started_at"]),
            _midnight(tables.outcomes["on"]),
            *([_midnight(tables.snapshots["on"])] if len(tables.snapshots) else []),
        ]
    )
    known = days[days <= pd.Timestamp(today)]
    return None if known.empty else known.max().date()


def guard(tables: Tables, as_of: date) -> Guarded:
    """Leave out, and count, what cannot be used: repeats, strangers, the future, the impossible."""
    dropped: Counter[str] = Counter()
    now = pd.Timestamp(as_of)
    terms = _guard_terms(_text_ids(tables.contracts), dropped)
    outcomes, broken = _guard_outcomes(_text_ids(tables.outcomes), terms, now, dropped)
    terms = _leave_out(terms, terms["contract_id"].isin(broken | tables.holes), "terms_with_unusable_events", dropped)
    calls = _guard_calls(_text_ids(tables.calls), now, dropped)
    snapshots = _text_ids(tables.snapshots)
    if len(snapshots):
        snapshots = snapshots.assign(on=_midnight(snapshots["on"]))
        snapshots = _leave_out(snapshots, ~(snapshots["on"] <= now), "snapshots_in_the_future", dropped)
    return Guarded(calls, terms.reset_index(drop=True), outcomes, snapshots, now, dropped)


def _guard_terms(contracts: pd.DataFrame, dropped: Counter[str]) -> pd.DataFrame:
    due = contracts.get("renewal_due_on", pd.Series(pd.NaT, index=contracts.index))
    terms = contracts.assign(started_on=_midnight(contracts["started_on"]), renewal_due_on=_midnight(due))
    terms = _leave_out(terms, terms.duplicated(["contract_id", "started_on"]), "duplicate_terms", dropped)
    terms = _leave_out(terms, terms["started_on"].isna(), "terms_without_start", dropped)
    yen = pd.to_numeric(terms["mrr_yen"], errors="coerce").astype(float)
    terms = _leave_out(terms.assign(mrr_yen=yen), ~_is_amount(yen), "implausible_mrr", dropped)
    terms = _leave_out(terms, terms["renewal_due_on"] <= terms["started_on"], "due_before_start", dropped)
    return terms.sort_values(["contract_id", "started_on"], kind="stable").assign(term=np.arange(len(terms)))


def _guard_outcomes(
    outcomes: pd.DataFrame, terms: pd.DataFrame, now: pd.Timestamp, dropped: Counter[str]
) -> tuple[pd.DataFrame, set[str]]:
    """The usable events, and the contracts whose history has a hole because one of theirs is not usable."""
    events = outcomes.assign(on=_midnight(outcomes["on"]))
    events = events[events["kind"] != "repeat_purchase"]  # bought once more: the MRR stays as it was
    if "event_id" in events and events["event_id"].notna().all():
        events = _leave_out(events, events.duplicated("event_id"), "duplicate_events", dropped)
        events = events.sort_values("event_id", kind="stable")
    events = events.sort_values("on", kind="stable", ignore_index=True)
    events = _leave_out(events, ~events["contract_id"].isin(terms["contract_id"]), "events_unknown_contract", dropped)
    events = _leave_out(events, events["on"].isna(), "events_without_date", dropped)
    events = _leave_out(events, events["on"] > now, "events_in_the_future", dropped)
    first = terms.groupby("contract_id")["started_on"].min()
    start = pd.Series(first.reindex(events["contract_id"]).to_numpy(), index=events.index)
    early = (events["on"] < start) | ((events["on"] == start) & events["kind"].isin(OUTCOMES))
    after = pd.to_numeric(events["mrr_after_yen"], errors="coerce").astype(float)
    after = after.mask(events["kind"] == "churned", 0.0)
    amiss = ~_is_amount(after) & ~early
    dropped["events_before_start"] += int(early.sum())
    dropped["events_implausible_amount"] += int(amiss.sum())
    broken = set(events.loc[early | amiss, "contract_id"])
    return events.assign(mrr_after_yen=after)[~(early | amiss)].reset_index(drop=True), broken


def _guard_calls(calls: pd.DataFrame, now: pd.Timestamp, dropped: Counter[str]) -> pd.DataFrame:
    calls = calls.assign(day=_japanese_day(calls["started_at"]))
    calls = _leave_out(calls, calls.duplicated("call_id"), "duplicate_calls", dropped)
    calls = _leave_out(calls, calls["day"].isna(), "calls_without_time", dropped)
    calls = _leave_out(calls, calls["day"] > now, "calls_in_the_future", dropped)
    return calls.sort_values(["started_at", "call_id"], kind="stable", ignore_index=True)


def _text_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """Ids as text in every table, whatever the reader made of them: only equal types can be joined."""
    return frame.astype({name: "str" for name in _IDS if name in frame})


def _leave_out(frame: pd.DataFrame, rows: pd.Series, reason: str, dropped: Counter[str]) -> pd.DataFrame:
    dropped[reason] += int(rows.sum())
    return frame[~rows]


def _is_amount(yen: "pd.Series[float]") -> "pd.Series[bool]":
    return (yen >= 0) & (yen < np.inf)


def _midnight(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days, errors="coerce").astype("datetime64[ns]").dt.normalize()


def _japanese_day(times: pd.Series) -> pd.Series:
    utc = pd.to_datetime(times, utc=True, errors="coerce")
    return utc.dt.tz_convert("Asia/Tokyo").dt.tz_localize(None).astype("datetime64[ns]").dt.normalize()

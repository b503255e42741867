"""How long contracts go on after a call: plain Kaplan–Meier curves, a description and never an effect."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.contribution.tables import Guarded
from models.figures.lines import lines_of_events, lines_of_terms

AT_RISK = 10  # with fewer contracts still followed the curve is hearsay


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan–Meier: `share` still under contract from each of `days` after the call on; the last day ends the curve."""

    days: tuple[float, ...]
    share: tuple[float, ...]
    n: int


def survival_curves(rows: pd.DataFrame, exposed: "pd.Series[float]", guarded: Guarded) -> dict[str, Curve]:
    """From the index call, for calls with (`exposed`) and without (`comparison`) the moment.

    A contract is followed over its renewals, under a new contract id too, until it is churned or its data end: a
    renewed term tells no more than that the next one began, so nobody is taken to stay for ever. A curve ends where
    fewer than `AT_RISK` contracts are still followed; an arm that has no churn before that has none.
    """
    followed = _followed(rows, guarded)
    arms = (("exposed", 1.0), ("comparison", 0.0))
    curves = {name: _curve(followed[(exposed == arm).to_numpy()]) for name, arm in arms}
    return {name: curve for name, curve in curves.items() if curve}


def _curve(followed: pd.DataFrame) -> Curve | None:
    from statsmodels.duration.survfunc import SurvfuncRight

    days = followed["days"].to_numpy()
    if len(days) < AT_RISK:
        return None
    end = float(np.sort(days)[-AT_RISK])
    if not (followed["churned"] & (days <= end)).any():
        return None
    fit = SurvfuncRight(days, followed["churned"].to_numpy(dtype=int))
    inside = fit.surv_times <= end
    times, share = list(map(float, fit.surv_times[inside])), list(map(float, fit.surv_prob[inside]))
    if times[-1] < end:
        times, share = [*times, end], [*share, share[-1]]
    return Curve(tuple(times), tuple(share), len(days))


def _followed(rows: pd.DataFrame, guarded: Guarded) -> pd.DataFrame:
    """Per row of `rows`: `days` from the call to the churn of its line, or to the end of what is known; `churned`."""
    terms = guarded.terms.sort_values(["customer_id", "started_on", "contract_id"], ignore_index=True)
    terms = terms.assign(line=lines_of_terms(terms, guarded.outcomes))
    events = guarded.outcomes.assign(line=lines_of_events(terms, guarded.outcomes))
    watched = rows[["term", "day"]].assign(row=np.arange(len(rows)))
    watched["line"] = watched["term"].map(terms.set_index("term")["line"]).astype("int64")
    churns = events.loc[events["kind"] == "churned", ["line", "on"]].sort_values("on")
    found = pd.merge_asof(
        watched.sort_values("day"), churns, left_on="day", right_on="on", by="line", direction="forward"
    ).sort_values("row")
    end = found["on"].fillna(found["line"].map(_known_until(terms, events, guarded.as_of)))
    days = (end - found["day"]).dt.days.clip(lower=1)
    return pd.DataFrame({"days": days.astype(float), "churned": found["on"].notna()}).set_axis(rows.index)


def _known_until(terms: pd.DataFrame, events: pd.DataFrame, as_of: pd.Timestamp) -> "pd.Series[Any]":
    """The last day on which each line is known to run: `as_of` if open-ended, else the due date of its last term, or
    of the term of the same length that the renewal of that one began.
    """
    last = terms.drop_duplicates("line", keep="last").set_index("line")
    renewed = events[events["kind"] == "renewed"].groupby("line")["on"].last().reindex(last.index)
    due = last["renewal_due_on"]
    next_due = due + (due - last["started_on"])
    known = due.mask(renewed > last["started_on"], next_due)
    return known.where(known < as_of, as_of)  # NaT compares false

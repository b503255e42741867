"""The invented history as the product's four tables, and as files."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.simulation.history import AS_OF, History
from models.simulation.people import PLANS, Floats, Ints
from models.simulation.scenario import REASONS
from models.simulation.truth import Law

_HEALTH_COLUMNS = ("health_score", "log_ins", "active_seats")


@dataclass(frozen=True, slots=True)
class Frames:
    """The four tables with the canonical column names of the product."""

    calls: pd.DataFrame
    contracts: pd.DataFrame
    outcomes: pd.DataFrame
    customer_snapshots: pd.DataFrame

    def write(self, folder: Path, truth: dict[str, object]) -> None:
        """Four CSV files, every row marked simulated, and `truth.json` into `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        for table in fields(self):
            frame: pd.DataFrame = getattr(self, table.name)
            frame.assign(simulated=True).to_csv(folder / f"{table.name}.csv", index=False)
        (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def build_frames(law: Law, history: History, rng: np.random.Generator) -> tuple[Frames, dict[str, int]]:
    """The tables, and how many calls and terms a correct design leaves out."""
    calls, thanked = _calls(law, history, rng)
    frames = Frames(
        calls=calls,
        contracts=_contracts(law, history),
        outcomes=_outcomes(law, history),
        customer_snapshots=_snapshots(law, history, rng),
    )
    expected = {
        "calls_after_outcome_excluded": thanked,
        "not_yet_mature": int((history.called & history.pending).sum()),
        "duplicate_calls": 0,
        "unknown_contract": 0,
    }
    return frames, expected


def _ids(prefix: str, numbers: Ints) -> list[str]:
    return [f"{prefix}{number + 1:05d}" for number in numbers]


def _days(days: Ints) -> "pd.Series[Any]":
    return pd.Series(AS_OF + days.astype("timedelta64[D]"))


def _times(days: Ints, rng: np.random.Generator) -> "pd.Series[Any]":
    minutes = rng.integers(9 * 60, 18 * 60, size=len(days)).astype("timedelta64[m]")
    times: pd.Series[Any] = (_days(days) + minutes).dt.tz_localize("Asia/Tokyo").dt.tz_convert("UTC")
    return times


def _calls(law: Law, history: History, rng: np.random.Generator) -> tuple[pd.DataFrame, int]:
    size = len(history.called)
    first = np.flatnonzero(history.called)
    again = first[rng.random(len(first)) < 0.15]
    again = again[history.call_day[again] + 6 < np.minimum(history.outcome_day[again], 0)]
    thanks = np.flatnonzero(history.renewed & (history.outcome_day < -25) & (rng.random(size) < law.scenario.thanks))
    thanks = thanks if not law.scenario.month_to_month else thanks[:0]
    index = _call_rows(law, first, history.call_day[first], rng) | {
        f"n_{name}": on[first] * (1 + rng.integers(0, 2, size=len(first))) for name, on in history.present.items()
    }
    index["n_success_phrase"] = history.phrase[first].astype(int)
    later = _call_rows(law, again, history.call_day[again] + 5, rng)
    polite = _call_rows(law, thanks, history.outcome_day[thanks] + rng.integers(0, 20, size=len(thanks)), rng)
    polite["n_proposal"] = np.ones(len(thanks), dtype=int)
    current = _call_rows(law, np.array([0]), np.array([0]), rng) | {"contract_id": [_CURRENT], "customer_id": ["CUR"]}
    calls = pd.concat([pd.DataFrame(rows) for rows in (index, later, polite, current)], ignore_index=True)
    calls = calls.sample(frac=1.0, random_state=rng).reset_index(drop=True)
    calls.insert(0, "call_id", [f"C{number:06d}" for number in range(1, len(calls) + 1)])
    return calls, len(thanks)


_CURRENT = "K-CURRENT"  # a term that is not due for long; its call makes the last day of the data `AS_OF`


def _call_rows(law: Law, terms: Ints, days: Ints, rng: np.random.Generator) -> dict[str, object]:
    people = law.people
    moments = {f"n_{name}": (rng.random(len(terms)) < 0.4).astype(int) for name in law.scenario.effect}
    return {
        "started_at": _times(days, rng),
        "operator_id": [f"OP{number + 1:03d}" for number in people.operator[terms]],
        "customer_id": _ids("U", people.customer[terms]),
        "contract_id": [f"K{term + 1:05d}" for term in terms],
        "reason": np.array(REASONS)[people.reason[terms]],
        "n_success_phrase": np.zeros(len(terms), dtype=int),
        **moments,
    }


def _contracts(law: Law, history: History) -> pd.DataFrame:
    people, size = law.people, len(history.called)
    rows = pd.DataFrame(
        {
            "contract_id": _ids("K", np.arange(size)),
            "customer_id": _ids("U", people.customer),
            "started_on": _days(history.started_day),
            "term_months": 1 if law.scenario.month_to_month else 12,
            "renewal_due_on": pd.NaT if law.scenario.month_to_month else _days(history.due_day),
            "mrr_yen": people.mrr_yen,
            "plan": np.array(PLANS)[people.plan],
        }
    )
    current = rows.iloc[:1].assign(
        contract_id=_CURRENT,
        customer_id="CUR",
        started_on=AS_OF - np.timedelta64(10, "D"),
        renewal_due_on=AS_OF + np.timedelta64(355, "D"),
    )
    rows = rows.astype({"renewal_due_on": "datetime64[s]"})
    return pd.concat([rows, current.astype(rows.dtypes.to_dict())], ignore_index=True)


def _outcomes(law: Law, history: History) -> pd.DataFrame:
    people, before = law.people, history.mrr_before_yen
    known = history.outcome_day <= 0
    renewed = history.renewed & known if not law.scenario.month_to_month else np.zeros_like(known)
    churned = (known & ~history.renewed) if not law.scenario.month_to_month else known
    later = history.renewed & known & (history.later_day <= 0)
    if law.scenario.month_to_month:
        later = history.renewed & history.called & (history.later_day <= 0)
    after = before + history.upsell_yen - history.shrink_yen
    churn_from = np.where(later, after, before) if law.scenario.month_to_month else before
    parts = [
        _events(history, people.earlier_downgrade, "downgrade", history.earlier_day, people.mrr_yen, before),
        _events(history, people.earlier_upsell, "upsell", history.earlier_day, people.mrr_yen, before),
        _events(history, renewed, "renewed", history.outcome_day, before, before),
        _events(history, churned, "churned", history.outcome_day, churn_from, np.zeros_like(before)),
        _events(history, later & (history.upsell_yen > 0), "upsell", history.later_day, before, after),
        _events(history, later & (history.shrink_yen > 0), "downgrade", history.later_day, before, after),
    ]
    events = pd.concat(parts, ignore_index=True).sort_values(["on", "contract_id"], kind="stable")
    events.insert(0, "event_id", [f"E{number:06d}" for number in range(1, len(events) + 1)])
    return events.reset_index(drop=True)


def _events(
    history: History, rows: NDArray[np.bool_], kind: str, day: Ints, before: Floats, after: Floats
) -> pd.DataFrame:
    at = np.flatnonzero(rows & (day > history.started_day))
    return pd.DataFrame(
        {
            "contract_id": [f"K{term + 1:05d}" for term in at],
            "on": _days(day[at]).to_numpy(),
            "kind": kind,
            "mrr_before_yen": before[at],
            "mrr_after_yen": after[at],
        }
    )


def _snapshots(law: Law, history: History, rng: np.random.Generator) -> pd.DataFrame:
    """Two looks at each called customer before the call. A hidden cause leaves only the tickets, which are noise."""
    people, scenario = law.people, law.scenario
    noise = rng.normal(size=(scenario.customers, len(_HEALTH_COLUMNS))) * np.array(scenario.health_noise)
    seen = people.health_of_customer[:, None] + noise
    terms = np.flatnonzero(history.called)
    looks = []
    for gap in (4, 34):
        looks.append(
            pd.DataFrame(
                {
                    "customer_id": _ids("U", people.customer[terms]),
                    "on": _days(history.call_day[terms] - gap).to_numpy(),
                    "health_score": np.round(50 + 15 * seen[people.customer[terms], 0], 2),
                    "log_ins": np.round(np.exp(2.5 + 0.4 * seen[people.customer[terms], 1])),
                    "active_seats": np.round(np.exp(1.5 + 0.5 * seen[people.customer[terms], 2])),
                    "tickets": rng.poisson(1.5, size=len(terms)),
                }
            )
        )
    snapshots = pd.concat(looks, ignore_index=True).drop_duplicates(["customer_id", "on"], ignore_index=True)
    return snapshots if scenario.health_visible else snapshots.drop(columns=list(_HEALTH_COLUMNS))

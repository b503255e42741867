"""Bad rows as customers' extracts have them, each kind counted."""

import numpy as np
import pandas as pd

from models.simulation.frames import Frames

_EACH = 7  # bad rows of each kind


def add_dirt(frames: Frames, expected: dict[str, int], rng: np.random.Generator) -> tuple[Frames, dict[str, int]]:
    """Repeat calls, add strangers, dates after the extract and impossible amounts; blank some covariates."""
    calls, contracts, outcomes, snapshots = (
        frames.calls,
        frames.contracts,
        frames.outcomes,
        frames.customer_snapshots.copy(),
    )
    twice = calls.sample(_EACH, random_state=rng)
    strangers = calls.sample(_EACH, random_state=rng).assign(contract_id="K-NOBODY", customer_id="U-NOBODY")
    strangers["call_id"] = [f"S{number}" for number in range(_EACH)]
    bad_mrr = contracts.iloc[1 : _EACH + 1].assign(
        contract_id=[f"K-BAD{number}" for number in range(_EACH)],
        customer_id=[f"U-BAD{number}" for number in range(_EACH)],
        mrr_yen=[-1000.0] * _EACH,
    )
    backward = contracts.iloc[1 : _EACH + 1].assign(
        contract_id=[f"K-BACK{number}" for number in range(_EACH)],
        customer_id=[f"U-BACK{number}" for number in range(_EACH)],
    )
    unstarted = outcomes.sample(_EACH, random_state=rng).assign(contract_id=backward["contract_id"].to_numpy())
    unstarted["on"] = backward["started_on"].min() - np.timedelta64(400, "D")
    unstarted["event_id"] = [f"X{number}" for number in range(_EACH)]
    for column in ("health_score", "log_ins", "active_seats"):
        snapshots.loc[rng.random(len(snapshots)) < 0.03, column] = np.nan
    dirty = Frames(
        calls=pd.concat([calls, twice, strangers], ignore_index=True),
        contracts=pd.concat([contracts, bad_mrr, backward], ignore_index=True),
        outcomes=pd.concat([outcomes, unstarted], ignore_index=True),
        customer_snapshots=snapshots,
    )
    return dirty, expected | {
        "duplicate_calls": _EACH,
        "unknown_contract": _EACH,
        "implausible_mrr": _EACH,
        "events_before_start": _EACH,
    }

"""What happened in an invented centre, and when. Days are whole days before or after `AS_OF`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.simulation.scenario import MOMENTS
from models.simulation.truth import SHRINK_SHARE, UPSELL_SHARE, Law

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AS_OF = np.datetime64("2025-12-31", "D")
HORIZON_DAYS = 120
_SPAN_DAYS = 700  # over which due dates are spread
_EARLIER_SHARE = 0.2  # of the MRR, that an event before the call adds or takes


@dataclass(frozen=True, slots=True)
class History:
    """Arrays over terms (n,). Days count from `AS_OF`: 0 is the extract day, negative is before.

    `outcome_day` is that of the renewal or churn; a churn beyond day 0 is not known yet. `due_day` is meaningless for
    month-to-month contracts.
    """

    called: Bools
    pending: Bools
    started_day: Ints
    due_day: Ints
    call_day: Ints
    earlier_day: Ints
    outcome_day: Ints
    later_day: Ints
    renewed: Bools
    present: dict[str, Bools]
    phrase: Bools
    mrr_before_yen: Floats
    upsell_yen: Floats
    shrink_yen: Floats


def draw_history(law: Law, rng: np.random.Generator) -> History:
    """Let the calls, outcomes and later events happen."""
    size = len(law.people.customer)
    present = _draw_moments(law, rng)
    renewed = rng.random(size) < law.renewal(present)
    earlier_yen = _EARLIER_SHARE * (law.people.earlier_upsell.astype(np.float64) - law.people.earlier_downgrade)
    mrr_before = np.round(law.people.mrr_yen * (1 + earlier_yen)).astype(np.float64)
    upsell = renewed & (rng.random(size) < law.upsell(present["proposal"]))
    shrink = renewed & ~upsell & (rng.random(size) < law.shrink())
    days = _month_to_month_days if law.scenario.month_to_month else _fixed_term_days
    started, due, call, outcome, called = days(law, present, renewed, rng)
    spoken = np.logical_or.reduce(list(present.values()))
    return History(
        called=called,
        pending=call + HORIZON_DAYS > 0,
        started_day=started,
        due_day=due,
        call_day=call,
        earlier_day=call - rng.integers(10, 150, size=size),
        outcome_day=outcome,
        later_day=call + rng.integers(100, 119, size=size),
        renewed=renewed,
        present=present,
        phrase=spoken & (rng.random(size) < 0.8),
        mrr_before_yen=mrr_before,
        upsell_yen=np.round(upsell * mrr_before * rng.uniform(*UPSELL_SHARE, size=size)),
        shrink_yen=np.round(shrink * mrr_before * rng.uniform(*SHRINK_SHARE, size=size)),
    )


def _draw_moments(law: Law, rng: np.random.Generator) -> dict[str, Bools]:
    size = len(law.people.customer)
    present: dict[str, Bools] = {}
    for name in MOMENTS:
        appeal = present.get("appeal", np.zeros(size, dtype=bool))
        present[name] = rng.random(size) < law.moment(name, appeal)
    return present


def _fixed_term_days(
    law: Law, present: dict[str, Bools], renewed: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Yearly terms: the call 20 to 89 days before the due date, the outcome about then."""
    size = len(renewed)
    due = rng.integers(-_SPAN_DAYS, 0, size=size)
    call = due - rng.integers(20, 90, size=size)
    outcome = due + np.where(renewed, -rng.integers(0, 15, size=size), rng.integers(-12, 10, size=size))
    return due - 365, due, call, outcome, rng.random(size) < 0.95


def _month_to_month_days(
    law: Law, present: dict[str, Bools], renewed: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Open-ended contracts. The first call comes after some weeks, if the customer is still there by then."""
    size = len(renewed)
    started = -rng.integers(200, 900, size=size)
    call = started + 20 + rng.exponential(45.0, size=size).astype(int)
    daily = -np.log(law.renewal(present)) / HORIZON_DAYS
    within = np.ceil(-np.log(1 - rng.random(size) * (1 - np.exp(-daily * HORIZON_DAYS))) / daily).astype(int)
    beyond = HORIZON_DAYS + np.ceil(rng.exponential(1 / daily)).astype(int)
    outcome = call + np.where(renewed, beyond, np.clip(within, 1, HORIZON_DAYS))
    alive_at_call = rng.random(size) < np.exp(-daily * (call - started))
    return started, started, call, outcome, alive_at_call & (call < 0)

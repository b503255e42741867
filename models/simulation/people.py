"""Customers, operators and who speaks with whom: everything that is settled before a call begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from models.simulation.scenario import REASONS, Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLANS = ("light", "standard", "premium")
_PLAN_SHARE = (0.5, 0.35, 0.15)
_PLAN_YEN = np.array([30_000.0, 80_000.0, 200_000.0])
_REASON_AT_REST = np.array([-0.9, -0.2, 0.5, 0.0, -0.3])
_REASON_BY_HEALTH = np.array([-0.9, -0.1, 0.1, -0.4, 0.5])
_HARD = np.array([1.0, 0.0, -0.5, 0.8, -0.3])  # by reason: how much the call is one for seniors


@dataclass(frozen=True, slots=True)
class People:
    """Arrays over terms (n,), except `pitch` and `skill`, which are over operators (j,)."""

    customer: Ints
    operator: Ints
    health: Floats
    plan: Ints
    mrr_yen: Floats
    reason: Ints
    earlier_downgrade: NDArray[np.bool_]
    earlier_upsell: NDArray[np.bool_]
    pitch: Floats
    skill: Floats
    health_of_customer: Floats  # (customers,)


def draw_people(scenario: Scenario, terms: int, rng: np.random.Generator) -> People:
    """Settle customers, contracts, operators and the reason of each call."""
    health_of_customer = rng.normal(size=scenario.customers)
    plan_of_customer = rng.choice(len(PLANS), size=scenario.customers, p=_PLAN_SHARE)
    customer = rng.integers(scenario.customers, size=terms)
    health, plan = health_of_customer[customer], plan_of_customer[customer]
    reason = _draw_from_logits(_REASON_AT_REST + np.outer(health, _REASON_BY_HEALTH), rng)
    skill = rng.normal(size=scenario.operators)
    pitch = 0.7 * skill + 0.71 * rng.normal(size=scenario.operators)
    return People(
        customer=customer,
        operator=_draw_operators(scenario, reason, health, skill, rng),
        health=health,
        plan=plan,
        mrr_yen=np.round(_PLAN_YEN[plan] * rng.lognormal(0.0, 0.5, size=terms) / 100) * 100,
        reason=reason,
        earlier_downgrade=rng.random(terms) < ndtr(-1.2 - 0.7 * health),
        earlier_upsell=rng.random(terms) < ndtr(-1.5 + 0.4 * health),
        pitch=pitch,
        skill=skill,
        health_of_customer=health_of_customer,
    )


def _draw_operators(scenario: Scenario, reason: Ints, health: Floats, skill: Floats, rng: np.random.Generator) -> Ints:
    volume = np.log(rng.gamma(4.0, size=scenario.operators))
    territory = scenario.territories * np.outer(health, rng.normal(size=scenario.operators))
    return _draw_from_logits(volume + territory + scenario.hard_calls_to_seniors * np.outer(_HARD[reason], skill), rng)


def _draw_from_logits(logits: Floats, rng: np.random.Generator) -> Ints:
    """One category per row, by the Gumbel trick."""
    choice: Ints = np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)
    return choice


assert len(REASONS) == len(_REASON_AT_REST) == len(_HARD)

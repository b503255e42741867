"""The kinds of invented centre: what differs from the ordinary, confounded one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

MOMENTS = ("appeal", "enablement", "proposal")
REASONS = ("cancel", "billing", "howto", "trouble", "feature")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of centre. Effects are shifts on the probit scale of renewal; 0.32 is about five points here.

    `health_noise` is the standard deviation of the error of each health column, in standard deviations of health;
    the errors stay with the customer, so that averaging snapshots does not remove them.
    """

    name: str
    terms: int = 2400
    customers: int = 1200
    operators: int = 40
    effect: Mapping[str, float] = field(default_factory=lambda: {"appeal": 0.0, "enablement": 0.15, "proposal": 0.32})
    upsell_effect: float = 0.25  # of a proposal, on the probit scale of an upsell after a renewal
    reason_effect: Mapping[str, float] = field(default_factory=dict)  # multiplies the effect of a proposal
    health_pull: float = 0.62  # how strongly health draws a proposal
    health_noise: tuple[float, float, float] = (0.0, 0.45, 0.6)
    health_visible: bool = True
    operator_pull: float = 0.5  # how much operators differ in pitching
    skill: float = 0.3  # how much operators differ in keeping customers, on the probit scale
    hard_calls_to_seniors: float = 0.0
    territories: float = 0.0  # how much operators differ in the health of their customers, whatever their skill
    deterministic: bool = False  # every healthy customer is pitched, no other
    thanks: float = 0.0  # share of renewed terms that get a thank-you call with a proposal after the outcome
    month_to_month: bool = False
    dirt: bool = False


_NONE = {"appeal": 0.0, "enablement": 0.0, "proposal": 0.0}
_CONFOUNDED = Scenario("confounded")
_NULL = replace(_CONFOUNDED, name="null", effect=_NONE, upsell_effect=0.0)
_NOISY = (0.25, 0.45, 0.6)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        _CONFOUNDED,
        replace(_CONFOUNDED, name="confounded_noisy", health_noise=_NOISY),
        _NULL,
        replace(_NULL, name="null_noisy", health_noise=_NOISY),
        replace(_CONFOUNDED, name="heterogeneous", reason_effect={"cancel": 2.5, "trouble": 0.0, "feature": 0.5}),
        replace(_CONFOUNDED, name="no_overlap", deterministic=True),
        replace(_NULL, name="leakage", thanks=0.7),
        replace(_NULL, name="hidden", health_visible=False),
        replace(_CONFOUNDED, name="operators", skill=0.25, territories=0.4),
        replace(_CONFOUNDED, name="operators_sorted", skill=0.25, territories=0.4, hard_calls_to_seniors=1.0),
        replace(_NULL, name="operators_null", skill=0.0, territories=0.4, hard_calls_to_seniors=1.0),
        replace(_NULL, name="long_lived", month_to_month=True),
        replace(_CONFOUNDED, name="tiny", terms=90, customers=60, operators=4),
        replace(_CONFOUNDED, name="dirty", dirt=True),
    )
}

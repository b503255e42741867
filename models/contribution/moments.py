"""The estimate of one moment: effects, subgroups, checks and verdict."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contribution.aipw import Fitted, Outcome, att_scores, cross_fit, effect_on_all, effect_on_exposed, folds_of
from models.contribution.covariates import HEALTH
from models.contribution.design import Design
from models.contribution.diagnostics import (
    DETECTABLE,
    Balance,
    Overlap,
    attenuation,
    balance,
    most_different,
    overlap,
    robustness_value,
)
from models.contribution.inference import Interval
from models.contribution.learners import Learner, Linear, SmallTrees
from models.contribution.options import Options
from models.contribution.placebo import Placebo
from models.contribution.text import Message
from models.contribution.verdicts import (
    NO_CONDITION,
    Finding,
    Status,
    judge_cells,
    judge_overlap,
    learners_differ,
    verdict,
)

Floats = NDArray[np.float64]
SUBGROUPS = ("reason", "plan", "tier")
PRIMARY = ("renewal", "mrr_delta_yen")


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The effect on renewal within one level of a category."""

    effect: Interval
    n_exposed: int


@dataclass(frozen=True, slots=True)
class Checks:
    """What stands beside an estimate. Shares and probabilities are fractions; strengths are multiples."""

    n: int
    n_exposed: int
    naive: dict[str, float]
    overlap: Overlap
    balance: tuple[Balance, ...]
    second_opinion: float | None  # renewal effect by small trees
    without_health: float | None  # renewal effect if the health columns were not known
    hidden_factor: float | None  # this many times as strong as the health columns would erase it
    robustness_value: float
    detectable: dict[str, float]
    attenuation: float | None
    others: tuple[str, ...]
    others_left_out: tuple[str, ...]
    placebo: tuple[Placebo, ...] = ()


@dataclass(frozen=True, slots=True)
class MomentEstimate:
    """One moment. A refused one has no effects, checks, subgroups or scores."""

    name: str
    status: Status
    messages: tuple[Message, ...]
    findings: tuple[Finding, ...] = ()
    effects: dict[str, Interval] = field(default_factory=dict)
    on_all: dict[str, Interval] = field(default_factory=dict)
    subgroups: dict[str, dict[str, Subgroup]] = field(default_factory=dict)
    checks: Checks | None = None
    yen_scores: pd.DataFrame | None = None  # by row of the analysis table: yen (sums to the total), exposed (0/1)
    claims: frozenset[str] = frozenset()

    @property
    def yen_total(self) -> Interval:
        """MRR in yen a month: effect per exposed contract times exposed contracts."""
        assert self.checks is not None
        return self.effects["mrr_delta_yen"].scaled(self.checks.n_exposed)

    def gated(self, gate: list[Finding], tests: list[Placebo], claims: frozenset[str]) -> "MomentEstimate":
        """The same with its placebo tests and what they mean for all; whatever is not ok claims nothing."""
        assert self.checks is not None
        every = [*self.findings, *gate]
        status, messages = verdict(every)
        return replace(
            self,
            checks=replace(self.checks, placebo=tuple(tests)),
            status=status,
            messages=messages,
            findings=tuple(every),
            claims=claims if status == "ok" else frozenset(),
        )


def estimate_moment(design: Design, general: list[Finding], options: Options) -> MomentEstimate:
    """The estimate of one moment, or its refusal. `general` are findings about the whole data set.

    Placebo and claims need all moments together: they follow in `gated`.
    """
    findings = [*general, *judge_cells(design, options.lines)]
    if _refused(findings):
        return _refusal(design.name, findings)
    outcomes = design.outcomes()
    fits = cross_fits(design, outcomes, options, on_all=PRIMARY)
    likeness = overlap(design.d, np.mean([fit.propensity for fit in fits], axis=0))
    findings += judge_overlap(design.name, likeness, most_different(design.x, design.d), options.lines)
    if _refused(findings):
        return _refusal(design.name, findings)
    effects = {
        name: effect_on_exposed(outcome.y, design.d, fits, name, design.clusters) for name, outcome in outcomes.items()
    }
    checks = _checks(design, outcomes, fits, effects, likeness, options)
    if not design.has_condition:
        findings.append(NO_CONDITION)
    if checks.second_opinion is not None and effects["renewal"].se > 0:
        gap = abs(checks.second_opinion - effects["renewal"].estimate) / effects["renewal"].se
        if gap > 1:
            findings.append(learners_differ(gap))
    status, messages = verdict(findings)
    return MomentEstimate(
        name=design.name,
        status=status,
        messages=messages,
        findings=tuple(findings),
        effects=effects,
        on_all={name: effect_on_all(outcomes[name].y, design.d, fits, name, design.clusters) for name in PRIMARY},
        subgroups={
            name: _subgroups(design, outcomes, fits, name, options) for name in SUBGROUPS if name in design.rows
        },
        checks=checks,
        yen_scores=_yen_scores(design, outcomes["mrr_delta_yen"], fits, effects["mrr_delta_yen"].estimate),
    )


def _yen_scores(design: Design, outcome: Outcome, fits: list[Fitted], effect: float) -> pd.DataFrame:
    """Each row's part of the yen total: mean score over repetitions, shifted on the exposed to add up to the total."""
    scores = np.mean(
        [att_scores(outcome.y, design.d, fit.weights, fit.without["mrr_delta_yen"]) for fit in fits], axis=0
    )
    short = effect - scores.sum() / design.d.sum()
    return pd.DataFrame({"yen": scores + short * design.d, "exposed": design.d}, index=design.rows.index)


def cross_fits(
    design: Design,
    outcomes: dict[str, Outcome],
    options: Options,
    *,
    learner: Learner | None = None,
    without: tuple[str, ...] = (),
    repetitions: int | None = None,
    on_all: tuple[str, ...] = (),
) -> list[Fitted]:
    """One fit per repetition, each with its own seeded folds."""
    x = design.matrix(without=without)
    folds = [
        folds_of(design.clusters.customer, options.folds, np.random.default_rng([options.seed, repetition]))
        for repetition in range(repetitions or options.repetitions)
    ]
    return [cross_fit(x, design.d, outcomes, fold, learner or Linear(), on_all=on_all) for fold in folds]


def _refused(findings: list[Finding]) -> bool:
    return any(finding.status == "refuse" for finding in findings)


def _refusal(name: str, findings: list[Finding]) -> MomentEstimate:
    status, messages = verdict(findings)
    return MomentEstimate(name, status, messages, tuple(findings))


def _checks(
    design: Design,
    outcomes: dict[str, Outcome],
    fits: list[Fitted],
    effects: dict[str, Interval],
    likeness: Overlap,
    options: Options,
) -> Checks:
    d, first = design.d, fits[0]
    propensity = np.mean([fit.propensity for fit in fits], axis=0)
    without_health, hidden = _hidden_factor(design, outcomes, effects["renewal"].estimate, options)
    y = outcomes["renewal"].y
    robust = robustness_value(
        effects["renewal"].estimate, y, d, first.propensity, first.without["renewal"], first.exposed["renewal"]
    )
    tagger = options.detector.get(design.name)
    return Checks(
        n=len(d),
        n_exposed=int(d.sum()),
        naive={name: float(outcomes[name].y[d == 1].mean() - outcomes[name].y[d == 0].mean()) for name in outcomes},
        overlap=likeness,
        balance=tuple(balance(design.x, d, propensity)),
        second_opinion=_second_opinion(design, outcomes, options) if options.second_opinion else None,
        without_health=without_health,
        hidden_factor=hidden,
        robustness_value=robust,
        detectable={name: DETECTABLE * effects[name].se for name in PRIMARY},
        attenuation=attenuation(*tagger, flagged_share=float(d.mean())) if tagger else None,
        others=design.others,
        others_left_out=design.others_left_out,
    )


def _second_opinion(design: Design, outcomes: dict[str, Outcome], options: Options) -> float:
    renewal = {"renewal": outcomes["renewal"]}
    fits = cross_fits(design, renewal, options, learner=SmallTrees(), repetitions=1)
    return effect_on_exposed(renewal["renewal"].y, design.d, fits, "renewal", design.clusters).estimate


def _hidden_factor(
    design: Design, outcomes: dict[str, Outcome], estimate: float, options: Options
) -> tuple[float | None, float | None]:
    """The estimate without the health columns, and how strong a like factor would bring the estimate to zero."""
    if not design.has_health:
        return None, None
    renewal = {"renewal": outcomes["renewal"]}
    fits = cross_fits(design, renewal, options, without=(HEALTH,), repetitions=1)
    without = effect_on_exposed(renewal["renewal"].y, design.d, fits, "renewal", design.clusters).estimate
    moved = abs(without - estimate)
    return without, abs(estimate) / moved if moved > 0 else None


def _subgroups(
    design: Design, outcomes: dict[str, Outcome], fits: list[Fitted], category: str, options: Options
) -> dict[str, Subgroup]:
    """Levels whose every cell of exposure by outcome has the twenty terms that an estimate needs."""
    levels = design.rows[category].astype(object)
    y, found = outcomes["renewal"].y, {}
    for level in sorted(map(str, levels.dropna().unique())):
        rows = (levels.astype(str) == level).to_numpy()
        cells = pd.crosstab(design.d[rows], y[rows]).reindex(index=[0, 1], columns=[0, 1], fill_value=0)
        if cells.to_numpy().min() >= options.lines.refuse_cell:
            effect = effect_on_exposed(y, design.d, fits, "renewal", design.clusters, rows)
            found[level] = Subgroup(effect, int(design.d[rows].sum()))
    return found

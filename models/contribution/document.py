"""The estimate as plain JSON values. A refused part carries messages and no figures."""

import math
from dataclasses import asdict
from typing import Any

from models.contribution.diagnostics import Balance
from models.contribution.estimate import Contribution
from models.contribution.experiment import Experiment
from models.contribution.hazard import Hazard
from models.contribution.inference import Interval
from models.contribution.moments import Checks, MomentEstimate, Subgroup
from models.contribution.operators import OperatorEstimate, OperatorPage
from models.contribution.sentences import sentences
from models.contribution.text import Message

_BALANCE_SHOWN = 10
Json = dict[str, Any]


def to_json(contribution: Contribution) -> Json:
    """The document of `kouken estimate`; every number is finite or null."""
    options = contribution.options
    document: Json = {
        "status": contribution.status,
        "messages": _messages(contribution.messages),
        "as_of": contribution.as_of.isoformat(),
        "dropped": dict(sorted(contribution.dropped.items())),
        "moments": {name: _moment(result) for name, result in contribution.moments.items()},
        "operators": {name: _operator(row) for name, row in contribution.operators.operators.items()},
        "operators_page": _page(contribution.operators),
        "method": {
            "version": contribution.method,
            "data_sha256": contribution.data_sha256,
            "seed": options.seed,
            "window_days": options.window_days,
            "horizon_days": options.horizon_days,
            "folds": options.folds,
            "repetitions": options.repetitions,
        },
    }
    if contribution.status != "refuse":
        document["missing_values"] = contribution.known.missing
    if contribution.hazard:
        document["churn_in_time"] = _hazard(contribution.hazard)
    if contribution.experiment:
        document["experiment"] = _experiment(contribution.experiment)
    finite: Json = _finite(document)
    return finite


def _messages(messages: tuple[Message, ...]) -> list[Json]:
    return [asdict(message) for message in messages]


def _interval(value: Interval) -> Json:
    return {"estimate": value.estimate, "ci_low": value.ci_low, "ci_high": value.ci_high}


def _moment(result: MomentEstimate) -> Json:
    document: Json = {"status": result.status, "messages": _messages(result.messages)}
    if result.checks is None:
        return document
    document |= {
        name: _interval(effect) | {"p": effect.p, "claim": name in result.claims}
        for name, effect in result.effects.items()
    }
    document["yen_total"] = _interval(result.yen_total)
    document["yen_total_per_year"] = _interval(result.yen_total.scaled(12))
    document["if_every_call_had_it"] = {name: _interval(effect) for name, effect in result.on_all.items()}
    document |= {f"by_{name}": _subgroups(levels) for name, levels in result.subgroups.items()}
    document["diagnostics"] = _diagnostics(result.checks)
    document["sentences"] = _messages(sentences(result))
    return document


def _subgroups(levels: dict[str, Subgroup]) -> Json:
    return {level: _interval(group.effect) | {"n_exposed": group.n_exposed} for level, group in levels.items()}


def _diagnostics(checks: Checks) -> Json:
    likeness = checks.overlap
    return {
        "n": checks.n,
        "n_exposed": checks.n_exposed,
        "n_comparison": checks.n - checks.n_exposed,
        "naive_includes_customer_differences": checks.naive,
        "overlap": {
            "effective_controls": likeness.effective_controls,
            "ess_ratio": likeness.ess_ratio,
            "share_exposed_above_0_95": likeness.extreme_share,
            "histogram_exposed": list(likeness.exposed_histogram),
            "histogram_comparison": list(likeness.comparison_histogram),
        },
        "balance": {
            "worst_before": _worst([row.before for row in checks.balance]),
            "worst_after": _worst([row.after for row in checks.balance]),
            "covariates": [asdict(row) for row in _shown(checks.balance)],
        },
        "placebo": [
            {"kind": test.kind, "p_adjusted": test.p_adjusted, "failed": test.failed} | _interval(test.effect)
            for test in checks.placebo
        ],
        "second_opinion_renewal": checks.second_opinion,
        "renewal_without_health": checks.without_health,
        "hidden_factor_times_health": checks.hidden_factor,
        "robustness_value": checks.robustness_value,
        "detectable": checks.detectable,
        "detector_attenuation": checks.attenuation,
        "other_moments_adjusted": list(checks.others),
        "other_moments_left_out": list(checks.others_left_out),
    }


def _worst(differences: list[float]) -> float:
    return max(map(abs, differences), default=0.0)


def _shown(balance: tuple[Balance, ...]) -> tuple[Balance, ...]:
    return balance[:_BALANCE_SHOWN]


def _operator(row: OperatorEstimate) -> Json:
    return asdict(row) | {"standing": row.standing}


def _page(page: OperatorPage) -> Json:
    document: Json = {"status": page.status, "messages": _messages(page.messages)}
    if page.status != "refuse":
        document |= {"operators_below_minimum": page.below_minimum, "remainder_yen": page.remainder_yen}
    return document


def _hazard(hazard: Hazard) -> Json:
    document: Json = {"messages": _messages(hazard.messages)}
    if hazard.odds_ratio is not None:
        document["monthly_odds_ratio"] = {
            "estimate": hazard.odds_ratio,
            "ci_low": hazard.ci_low,
            "ci_high": hazard.ci_high,
        }
    return document


def _experiment(experiment: Experiment) -> Json:
    document: Json = {"status": experiment.status, "messages": _messages(experiment.messages)}
    if experiment.as_assigned is None:
        return document
    document |= {name: getattr(experiment, name) for name in ("unit", "units", "n_on", "n_off", "moment")}
    document["as_assigned"] = {name: _interval(effect) for name, effect in experiment.as_assigned.items()}
    document["followed"] = _interval(experiment.followed) if experiment.followed else None
    document["compliers"] = {name: _interval(effect) for name, effect in (experiment.compliers or {}).items()}
    return document


def _finite(value: Any) -> Any:
    """JSON has no infinity: null in its place."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

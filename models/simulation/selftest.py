"""The self-test: many invented centres, and what the estimate says about them against what is true."""

import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.contribution.inference import Interval
from models.contribution.options import Options
from models.simulation.replicate import PRIMARY, OperatorTrial, Trial, try_effect, try_operators

Floats = NDArray[np.float64]
Record = TypeVar("Record")
OPERATOR_SCENARIOS = ("operators", "operators_sorted", "operators_null")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the self-test; it holds if low ≤ value ≤ high, where bars were set."""

    scenario: str
    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def holds(self) -> bool | None:
        """None where no bar was set for the figure."""
        if self.low is None and self.high is None:
            return None
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)

    @property
    def limit(self) -> str:
        """The bars as read at a terminal."""
        parts = [f"≥ {self.low:.3g}"] if self.low is not None else []
        return ", ".join(parts + ([f"≤ {self.high:.3g}"] if self.high is not None else []))


def run(
    scenario: str,
    replications: int,
    *,
    first_seed: int = 1,
    processes: int = 1,
    options: Options | None = None,
    on_done: Callable[[int], None] = lambda done: None,
) -> list[Figure]:
    """The figures of one scenario over centres with the seeds first_seed … first_seed + replications − 1."""
    options = options or Options()
    seeds = range(first_seed, first_seed + replications)
    if scenario in OPERATOR_SCENARIOS:
        trials = _map(partial(try_operators, scenario, options=options), seeds, processes, on_done)
        return summarise_operators(scenario, trials)
    return summarise_effect(scenario, _map(partial(try_effect, scenario, options=options), seeds, processes, on_done))


def _map(work: Callable[[int], Record], seeds: range, processes: int, on_done: Callable[[int], None]) -> list[Record]:
    records: list[Record] = []
    if processes == 1:
        for seed in seeds:
            records.append(work(seed))
            on_done(len(records))
        return records
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for record in pool.map(work, seeds):
            records.append(record)
            on_done(len(records))
    return records


def summarise_effect(scenario: str, trials: list[Trial]) -> list[Figure]:
    """Bias, coverage, RMSE against the oracle, claims, refusals and counts over the centres of one scenario."""
    add = partial(Figure, scenario)
    shown = [trial for trial in trials if trial.estimates]
    null = all(trial.truth["renewal"] == 0 for trial in trials)
    refused = 1 - len(shown) / len(trials)
    figures = [
        add("replications", len(trials)),
        add("refused", refused, low=1.0) if scenario in ("no_overlap", "tiny") else add("refused", refused),
        _bar(scenario, "exclusions_counted_exactly", float(np.mean([trial.counts_right for trial in trials])), low=1.0),
    ]
    if scenario in ("no_overlap", "tiny") or not shown:
        return figures
    caught = float(np.mean([trial.placebo_failed for trial in trials]))
    if scenario == "hidden":
        return [*figures, _bar(scenario, "placebo_catches", caught, low=0.95), *_claimed(scenario, trials, shown)]
    figures.append(_bar(scenario, "placebo_false_alarm", caught, high=0.08))
    figures += _hardness(scenario, trials, null)
    for name in PRIMARY:
        figures += _accuracy(scenario, shown, name, null)
    if null:
        figures += _claimed(scenario, trials, shown)
    return figures


def _accuracy(scenario: str, shown: list[Trial], name: str, null: bool) -> list[Figure]:
    truth = np.array([trial.truth[name] for trial in shown])
    estimates = [trial.estimates[name] for trial in shown]
    error = np.array([value.estimate for value in estimates]) - truth
    oracle = np.array([trial.oracle[name].estimate for trial in shown]) - truth
    ratio = math.sqrt(float(np.mean(error**2) / np.mean(oracle**2)))
    noisy = scenario.endswith("noisy")
    tried = scenario in ("confounded", "confounded_noisy")
    most = 0.99 if len(shown) >= 100 else 1.0  # fewer centres cannot tell 99 % from all
    figures = [
        Figure(scenario, f"{name}: truth", float(truth.mean())),
        Figure(scenario, f"{name}: mean estimate", float(truth.mean() + error.mean())),
        Figure(scenario, f"{name}: SD", float(error.std())),
        Figure(scenario, f"{name}: mean SE", float(np.mean([value.se for value in estimates]))),
        _bar(scenario, f"{name}: coverage", _coverage(estimates, truth), low=0.93, high=most),
        Figure(scenario, f"{name}: oracle coverage", _coverage([trial.oracle[name] for trial in shown], truth)),
    ]
    limit = (1.15 if noisy else 1.05) if tried else None
    figures.append(_bar(scenario, f"{name}: RMSE / oracle", ratio, high=limit))
    if not null:
        bias = abs(float(error.mean() / truth.mean()))
        spare = 2 * float(error.std() / abs(truth.mean()) / math.sqrt(len(error)))
        allowed = ((0.17 if noisy else 0.05) + spare) if tried else None
        figures.append(_bar(scenario, f"{name}: |bias| / truth", bias, high=allowed))
        figures.append(Figure(scenario, f"{name}: oracle bias / truth", float(oracle.mean() / truth.mean())))
    return figures


def _coverage(intervals: list[Interval], truth: Floats) -> float:
    return float(np.mean([value.ci_low <= true <= value.ci_high for value, true in zip(intervals, truth, strict=True)]))


def _hardness(scenario: str, trials: list[Trial], null: bool) -> list[Figure]:
    """A trial proves nothing where the naive figure would have done."""
    naive = float(np.mean([trial.naive for trial in trials]))
    figures = [Figure(scenario, "naive renewal difference", naive)]
    if scenario in ("null", "null_noisy"):
        claims = float(np.mean([trial.regression_p < 0.05 for trial in trials]))
        figures.append(_bar(scenario, "plain regression claims", claims, low=0.30))
    elif not null:
        truth = float(np.mean([trial.truth["renewal"] for trial in trials]))
        figures.append(_bar(scenario, "naive / truth", naive / truth, low=4.0))
    return figures


def _claimed(scenario: str, trials: list[Trial], shown: list[Trial]) -> list[Figure]:
    """False claims: intervals that leave zero out, one by one; and anything called an effect, per data set."""
    outside = [float(np.mean([trial.estimates[name].p < 0.05 for trial in shown])) for name in PRIMARY]
    any_claim = float(np.mean([trial.claims > 0 for trial in trials]))
    high = None if scenario == "hidden" else 0.04
    return [
        *(
            _bar(scenario, f"{name}: intervals without zero", share, high=high)
            for name, share in zip(PRIMARY, outside, strict=True)
        ),
        _bar(scenario, "data sets with a false claim", any_claim, high=0.05),
    ]


def summarise_operators(scenario: str, trials: list[OperatorTrial]) -> list[Figure]:
    """Rank correlation, RMSE against raw rates, coverage and flags over the centres of one scenario."""
    truth, raw, shrunk = (_stack(trials, name) for name in ("truth", "raw", "estimate"))
    low, high = _stack(trials, "ci_low"), _stack(trials, "ci_high")
    flagged, raw_flagged = _stack(trials, "flagged") > 0, _stack(trials, "raw_flagged") > 0
    most = 1.0 if scenario == "operators_null" else 0.98  # shrunk to the truth where nobody differs
    figures = [
        Figure(scenario, "replications", len(trials)),
        _bar(scenario, "coverage", float(np.mean((low <= truth) & (truth <= high))), low=0.92, high=most),
    ]
    if scenario == "operators_null":
        return [
            *figures,
            _bar(scenario, "flagged though nobody differs", float(flagged.mean()), high=0.01),
            Figure(scenario, "raw: flagged though nobody differs", float(raw_flagged.mean())),
        ]
    gain = float(np.mean([_rank_gain(trial) for trial in trials]))
    ratio = math.sqrt(float(np.mean((shrunk - truth) ** 2) / np.mean((raw - truth) ** 2)))
    wrong = float(np.mean(np.sign(shrunk[flagged]) != np.sign(truth[flagged]))) if flagged.any() else 0.0
    return [
        *figures,
        _bar(scenario, "rank correlation, gain over raw", gain, low=0.14),
        _bar(scenario, "RMSE / raw", ratio, high=0.53),
        _bar(scenario, "flags with the wrong sign", wrong, high=0.01),
        Figure(scenario, "flagged", float(flagged.mean())),
        Figure(scenario, "true SD between operators", float(truth.std())),
    ]


def _stack(trials: list[OperatorTrial], name: str) -> Floats:
    return np.concatenate([np.asarray(getattr(trial, name), dtype=float) for trial in trials])


def _rank_gain(trial: OperatorTrial) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(trial.estimate, trial.truth)[0] - spearmanr(trial.raw, trial.truth)[0])


def _bar(scenario: str, name: str, value: float, low: float | None = None, high: float | None = None) -> Figure:
    return Figure(scenario, name, value, low, high)

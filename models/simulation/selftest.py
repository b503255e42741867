"""The self-test: many invented centres, and what the estimate says about them against what is true."""

import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.contribution.inference import Interval
from models.contribution.options import Options
from models.simulation.figure import Figure, Figures
from models.simulation.replicate import PRIMARY, OperatorTrial, Trial, try_effect, try_operators

Floats = NDArray[np.float64]
Record = TypeVar("Record")
OPERATOR_SCENARIOS = ("operators", "operators_sorted", "operators_null")


def run(
    scenario: str,
    replications: int,
    *,
    first_seed: int = 1,
    processes: int = 1,
    options: Options | None = None,
    start: Callable[[], None] | None = None,
    on_done: Callable[[int], None] = lambda done: None,
) -> list[Figure]:
    """The figures of one scenario over centres with the seeds first_seed … first_seed + replications − 1.

    `start`: what each of several processes does first.
    """
    options = options or Options()
    seeds = range(first_seed, first_seed + replications)
    if scenario in OPERATOR_SCENARIOS:
        of_operators = _map(partial(try_operators, scenario, options=options), seeds, processes, start, on_done)
        return summarise_operators(scenario, of_operators)
    trials = _map(partial(try_effect, scenario, options=options), seeds, processes, start, on_done)
    return summarise_effect(scenario, trials, whole=not options.only)


def _map(
    work: Callable[[int], Record],
    seeds: range,
    processes: int,
    start: Callable[[], None] | None,
    on_done: Callable[[int], None],
) -> list[Record]:
    records: list[Record] = []
    if processes == 1:
        for seed in seeds:
            records.append(work(seed))
            on_done(len(records))
        return records
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=start) as pool:
        for record in pool.map(work, seeds):
            records.append(record)
            on_done(len(records))
    return records


def summarise_effect(scenario: str, trials: list[Trial], *, whole: bool = True) -> list[Figure]:
    """Bias, coverage, RMSE against the oracle, claims, refusals and counts over the centres of one scenario.

    Not `whole`: only proposals were estimated, so nothing is told of what all moments of a centre do together.
    """
    of = Figures(scenario, len(trials))
    shown = [trial for trial in trials if trial.estimates]
    null = all(trial.truth["renewal"] == 0 for trial in trials)
    nothing_to_see = scenario in ("no_overlap", "tiny")
    figures = [
        of.plain("replications", len(trials)),
        of.share("refused", [not trial.estimates for trial in trials], low=1.0 if nothing_to_see else None),
        of.share("exclusions_counted_exactly", [trial.counts_right for trial in trials], low=1.0),
    ]
    if nothing_to_see or not shown:
        return figures
    caught = [trial.placebo_failed for trial in trials]
    if scenario == "hidden":
        return [*figures, of.share("placebo_catches", caught, low=0.95), *_claimed(of, trials, shown, whole)]
    if whole:
        figures.append(of.share("placebo_false_alarm", caught, high=0.08))
    figures += _hardness(of, trials, null)
    for name in PRIMARY:
        figures += _accuracy(of, shown, name, null)
    if null:
        figures += _claimed(of, trials, shown, whole)
    return figures


def _accuracy(of: Figures, shown: list[Trial], name: str, null: bool) -> list[Figure]:
    truth = np.array([trial.truth[name] for trial in shown])
    estimates = [trial.estimates[name] for trial in shown]
    error = np.array([value.estimate for value in estimates]) - truth
    oracle = np.array([trial.oracle[name].estimate for trial in shown]) - truth
    noisy = of.scenario.endswith("noisy")
    tried = of.scenario in ("confounded", "confounded_noisy")
    most = 0.99 if len(shown) >= 100 else 1.0  # fewer centres cannot tell 99 % from all
    figures = [
        of.plain(f"{name}: truth", float(truth.mean())),
        of.plain(f"{name}: mean estimate", float(truth.mean() + error.mean())),
        of.plain(f"{name}: SD", float(error.std())),
        of.plain(f"{name}: mean SE", float(np.mean([value.se for value in estimates]))),
        of.share(f"{name}: coverage", _held(estimates, truth), low=0.93, high=most),
        of.share(f"{name}: oracle coverage", _held([trial.oracle[name] for trial in shown], truth)),
        of.rmse_ratio(f"{name}: RMSE / oracle", error, oracle, (1.15 if noisy else 1.05) if tried else None),
    ]
    if not null:
        allowed = (0.17 if noisy else 0.05) if tried else None
        figures.append(of.relative_bias(f"{name}: |bias| / truth", error, float(truth.mean()), allowed))
        figures.append(of.plain(f"{name}: oracle bias / truth", float(oracle.mean() / truth.mean())))
    return figures


def _held(intervals: list[Interval], truth: Floats) -> list[bool]:
    return [value.ci_low <= true <= value.ci_high for value, true in zip(intervals, truth, strict=True)]


def _hardness(of: Figures, trials: list[Trial], null: bool) -> list[Figure]:
    """A trial proves nothing where the naive figure would have done."""
    naive = float(np.mean([trial.naive for trial in trials]))
    figures = [of.plain("naive renewal difference", naive)]
    if of.scenario in ("null", "null_noisy"):
        figures.append(of.share("plain regression claims", [trial.regression_p < 0.05 for trial in trials], low=0.30))
    elif not null:
        truth = float(np.mean([trial.truth["renewal"] for trial in trials]))
        figures.append(of.plain("naive / truth", naive / truth, low=4.0))
    return figures


def _claimed(of: Figures, trials: list[Trial], shown: list[Trial], whole: bool) -> list[Figure]:
    """False claims: intervals that leave zero out, one by one; and anything called an effect, per data set."""
    high = None if of.scenario == "hidden" else 0.04
    figures = [
        of.share(f"{name}: intervals without zero", [trial.estimates[name].p < 0.05 for trial in shown], high=high)
        for name in PRIMARY
    ]
    if whole:
        figures.append(of.share("data sets with a false claim", [trial.claims > 0 for trial in trials], high=0.05))
    return figures


def summarise_operators(scenario: str, trials: list[OperatorTrial]) -> list[Figure]:
    """Rank correlation, RMSE against raw rates, coverage and flags over the centres of one scenario."""
    of = Figures(scenario, len(trials))
    truth, raw, shrunk = (_stack(trials, name) for name in ("truth", "raw", "estimate"))
    low, high = _stack(trials, "ci_low"), _stack(trials, "ci_high")
    flagged, raw_flagged = _stack(trials, "flagged") > 0, _stack(trials, "raw_flagged") > 0
    most = 1.0 if scenario == "operators_null" else 0.98  # shrunk to the truth where nobody differs
    figures = [
        of.plain("replications", len(trials)),
        of.plain("coverage", float(np.mean((low <= truth) & (truth <= high))), low=0.92, high=most),
    ]
    if scenario == "operators_null":
        return [
            *figures,
            of.plain("flagged though nobody differs", float(flagged.mean()), high=0.01),
            of.plain("raw: flagged though nobody differs", float(raw_flagged.mean())),
        ]
    gain = float(np.mean([_rank_gain(trial) for trial in trials]))
    ratio = math.sqrt(float(np.mean((shrunk - truth) ** 2) / np.mean((raw - truth) ** 2)))
    wrong = float(np.mean(np.sign(shrunk[flagged]) != np.sign(truth[flagged]))) if flagged.any() else 0.0
    return [
        *figures,
        of.plain("rank correlation, gain over raw", gain, low=0.14),
        of.plain("RMSE / raw", ratio, high=0.53),
        of.plain("flags with the wrong sign", wrong, high=0.01),
        of.plain("flagged", float(flagged.mean())),
        of.plain("true SD between operators", float(truth.std())),
    ]


def _stack(trials: list[OperatorTrial], name: str) -> Floats:
    return np.concatenate([np.asarray(getattr(trial, name), dtype=float) for trial in trials])


def _rank_gain(trial: OperatorTrial) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(trial.estimate, trial.truth)[0] - spearmanr(trial.raw, trial.truth)[0])

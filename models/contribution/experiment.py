"""Experiment mode: chance decides on which days, or for which customers, a moment is offered.

The only way to a claim without an if. Analysed as assigned (intention to treat), and for those who followed the
assignment (complier effect, Angrist and Imbens 1994). Planned and randomised in `plan`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contribution.design import exposure
from models.contribution.inference import Interval, clustered_se, interval
from models.contribution.options import ANY, Options
from models.contribution.text import Message
from models.contribution.verdicts import Status, refuse

Floats = NDArray[np.float64]
Unit = Literal["operator_day", "customer", "call"]

_STRONG_F = 10.0  # below it, the ratio behind a complier effect is not to be trusted
_MIN_UNITS = 20
_ON = frozenset({"1", "1.0", "on", "true", "yes", "実施"})
_OFF = frozenset({"0", "0.0", "off", "false", "no", "対照"})


@dataclass(frozen=True, slots=True)
class Experiment:
    """`as_assigned`: effect of the assignment on renewal, mrr_delta_yen, upsell. `followed`: how much more often the
    moment came when assigned; `compliers`: effect of the moment on those whom the assignment moved, or None."""

    status: Status
    messages: tuple[Message, ...]
    unit: Unit | None = None
    units: int = 0
    n_on: int = 0
    n_off: int = 0
    as_assigned: dict[str, Interval] | None = None
    moment: str | None = None
    followed: Interval | None = None
    compliers: dict[str, Interval] | None = None


def analyse_experiment(rows: pd.DataFrame, moments: tuple[str, ...], options: Options) -> Experiment | None:
    """The experiment in the analysis table, or None where no call carries an assignment."""
    if "assigned" not in rows or rows["assigned"].isna().all():
        return None
    text = rows["assigned"].astype("str").str.strip().str.lower()
    known = text.isin(_ON | _OFF)
    rows, on = rows[known], text[known].isin(_ON).to_numpy().astype(np.float64)
    unit, codes = _unit(rows, on)
    units, counts = int(codes.max(initial=-1)) + 1, (int(on.sum()), int((1 - on).sum()))
    if min(counts) < options.lines.refuse_terms // 2 or units < _MIN_UNITS:
        finding = refuse(
            "experiment_too_small",
            f"実験の契約は実施{counts[0]}件・対照{counts[1]}件、割り付けの単位は{units}個です。"
            f"それぞれ{options.lines.refuse_terms // 2}件以上、{_MIN_UNITS}個以上から結果を出します。"
            "実験を続けてください。",
            f"The experiment has {counts[0]} terms on, {counts[1]} off, in {units} units; it needs "
            f"{options.lines.refuse_terms // 2} of each and {_MIN_UNITS} units. Let it run on.",
        )
        return Experiment("refuse", (finding.message,))
    outcomes = {
        "renewal": rows["renewed"].to_numpy(float),
        "mrr_delta_yen": rows["mrr_delta_yen"].to_numpy(float),
        "upsell": rows["upsell"].to_numpy(float),
    }
    followed = {
        name: _difference(_taken(rows, name, moments), on, codes) for name in ((*moments, ANY) if moments else ())
    }
    moved = max(followed, key=lambda name: _f(followed[name]), default=None)
    strong = moved is not None and _f(followed[moved]) >= _STRONG_F
    taken = _taken(rows, moved, moments) if moved else on
    return Experiment(
        status="ok",
        messages=(),
        unit=unit,
        units=units,
        n_on=counts[0],
        n_off=counts[1],
        as_assigned={name: _difference(y, on, codes) for name, y in outcomes.items()},
        moment=moved,
        followed=followed[moved] if moved else None,
        compliers={name: _complier_effect(y, taken, on, codes) for name, y in outcomes.items()} if strong else None,
    )


def _taken(rows: pd.DataFrame, name: str, moments: tuple[str, ...]) -> Floats:
    return exposure(rows, name, moments).fillna(0.0).to_numpy().astype(np.float64)


def _unit(rows: pd.DataFrame, on: Floats) -> tuple[Unit, NDArray[np.int64]]:
    """What was assigned as one: the coarsest of operator-day and customer in which nothing differs, else the call."""
    candidates: list[tuple[Unit, pd.Series]] = [
        ("operator_day", rows["operator_id"] + "|" + rows["day"].astype("str")),
        ("customer", rows["customer_id"]),
    ]
    fitting = []
    for name, key in candidates:
        codes, _ = pd.factorize(key)
        if (pd.Series(on).groupby(codes).nunique() <= 1).all():
            fitting.append((int(codes.max(initial=-1)), name, codes))
    if not fitting:
        return "call", np.arange(len(rows))
    _, unit, codes = min(fitting, key=lambda entry: entry[0])
    return unit, codes.astype(np.int64)


def _difference(y: Floats, on: Floats, codes: NDArray[np.int64]) -> Interval:
    """Mean with minus mean without the assignment; errors clustered by the unit of assignment."""
    share = on.mean()
    effect = float(y[on == 1].mean() - y[on == 0].mean())
    influence = on * (y - y[on == 1].mean()) / share - (1 - on) * (y - y[on == 0].mean()) / (1 - share)
    return interval(effect, clustered_se(influence, codes), int(codes.max()))


def _complier_effect(y: Floats, taken: Floats, on: Floats, codes: NDArray[np.int64]) -> Interval:
    """Wald's ratio with its delta-method error."""
    moved = float(taken[on == 1].mean() - taken[on == 0].mean())
    effect = float(y[on == 1].mean() - y[on == 0].mean()) / moved
    return interval(effect, _difference(y - effect * taken, on, codes).se / moved, int(codes.max()))


def _f(effect: Interval) -> float:
    return (effect.estimate / effect.se) ** 2 if effect.se > 0 else 0.0

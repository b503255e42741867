"""The learners behind the estimate, and the only home of scikit-learn in it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
P = ParamSpec("P")
R = TypeVar("R")
PENALTY = 10.0  # on the squared coefficients of standardised columns, in the units of one summed log-likelihood


class Learner(Protocol):
    """Fits on one part of the rows and predicts another."""

    def probability(self, x: Floats, y: Floats, new: Floats) -> Floats:
        """Probability that y is 1, for the rows `new`."""

    def mean(self, x: Floats, y: Floats, new: Floats) -> Floats:
        """Expected y, for the rows `new`."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Penalised logit and ridge: the default."""

    penalty: float = PENALTY

    def probability(self, x: Floats, y: Floats, new: Floats) -> Floats:
        """Logit with a squared penalty; the share where only one class was seen."""
        from sklearn.linear_model import LogisticRegression

        if y.min() == y.max():
            return np.full(len(new), y.mean())
        model = LogisticRegression(C=1 / self.penalty, solver="newton-cholesky", tol=1e-5)
        return np.asarray(model.fit(x, y).predict_proba(new)[:, 1], dtype=float)

    def mean(self, x: Floats, y: Floats, new: Floats) -> Floats:
        """Ridge regression."""
        from sklearn.linear_model import Ridge

        return np.asarray(Ridge(alpha=self.penalty, solver="cholesky").fit(x, y).predict(new), dtype=float)


@dataclass(frozen=True, slots=True)
class SmallTrees:
    """Sixty boosted trees of eight leaves that are also given the linear prediction: the second opinion.

    Trees alone blur a smooth relation and would contradict the linear learner about nothing but that.
    """

    seed: int = 0

    def probability(self, x: Floats, y: Floats, new: Floats) -> Floats:
        """Boosted classification trees; the share where only one class was seen."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        if y.min() == y.max():
            return np.full(len(new), y.mean())
        linear = Linear()
        x, new = _joined(x, linear.probability(x, y, x)), _joined(new, linear.probability(x, y, new))
        model = HistGradientBoostingClassifier(**self._size())
        return np.asarray(model.fit(x, y).predict_proba(new)[:, 1], dtype=float)

    def mean(self, x: Floats, y: Floats, new: Floats) -> Floats:
        """Boosted regression trees."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        linear = Linear()
        x, new = _joined(x, linear.mean(x, y, x)), _joined(new, linear.mean(x, y, new))
        model = HistGradientBoostingRegressor(**self._size())
        return np.asarray(model.fit(x, y).predict(new), dtype=float)

    def _size(self) -> dict[str, Any]:
        return {
            "max_iter": 60,
            "max_leaf_nodes": 8,
            "learning_rate": 0.08,
            "early_stopping": False,
            "random_state": self.seed,
        }


def _joined(x: Floats, prediction: Floats) -> Floats:
    return np.column_stack([x, prediction])


def on_one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Hold the linear algebra of a function to one thread: on matrices this small, threads that wait for each other
    cost thirty times the work. The libraries are loaded first, since only what is loaded can be held.
    """

    @functools.wraps(function)
    def run(*arguments: P.args, **keywords: P.kwargs) -> R:
        import sklearn.ensemble
        import sklearn.linear_model  # noqa: F401
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1):
            return function(*arguments, **keywords)

    return run

import numpy as np
import pandas as pd

from models.contribution.covariates import covariates
from models.contribution.design import Design, build_design
from models.contribution.hazard import churn_hazard, independent, person_months
from models.contribution.index_calls import index_calls
from models.contribution.options import Options
from models.contribution.tables import Tables, guard
from tests.models.contribution.tables import AS_OF, call, event, tables, term

OPTIONS = Options(moments=("proposal",))


def open_ended(n: int, halving: float) -> Design:
    """Contracts whose customers leave at 4 % a month, `halving` times that after a call with a proposal."""
    rng = np.random.default_rng(5)
    terms, calls, events = [], [], []
    start = pd.Timestamp("2023-01-15")
    for i in range(n):
        said, called = int(rng.integers(2)), int(rng.integers(1, 10))
        hazard = np.full(35, 0.04)
        hazard[called + 1 :] *= halving if said else 1.0
        left = np.flatnonzero(rng.random(35) < hazard)
        month = int(left[0]) if len(left) else None
        terms.append(term(f"K{i}", "2023-01-15", None, customer_id=f"U{i}"))
        if month is None or month > called:
            at = f"{start + pd.DateOffset(months=called):%Y-%m-%d} 10:00"
            calls.append(call(f"c{i}", at, contract_id=f"K{i}", customer_id=f"U{i}", n_proposal=said))
        if month is not None:
            on = start + pd.DateOffset(months=month, days=10)
            events.append(event(str(on.date()), "churned", 10_000, 0, f"K{i}"))
    return designed(tables(calls, terms, events))


def designed(data: Tables) -> Design:
    guarded = guard(data, AS_OF)
    rows, _ = index_calls(guarded, OPTIONS)
    known = covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)
    return build_design("proposal", rows, known, OPTIONS.moments)


def test_months_run_from_the_call_to_the_churn() -> None:
    data = tables(
        [call("c", "2025-03-10 10:00", n_proposal=1)],
        [term(started_on="2025-01-01", due=None)],
        [event("2025-05-20", "churned", 10_000, 0)],
    )
    months = person_months(designed(data), AS_OF)
    assert months["month"].tolist() == [0, 1, 2]
    assert months["exposed"].tolist() == [1, 1, 1]
    assert months["churned"].tolist() == [0, 0, 1]


def test_contracts_with_a_due_date_have_no_say() -> None:
    assert person_months(designed(tables([call("c", "2025-05-01 10:00")])), AS_OF).empty


def test_a_halved_hazard_is_found() -> None:
    found = churn_hazard(open_ended(1500, 0.5), AS_OF, OPTIONS)
    assert found.odds_ratio is not None and found.ci_low is not None and found.ci_high is not None
    assert found.ci_low < 0.49 < found.ci_high < 1.0


def test_where_long_life_only_brought_more_calls_no_effect_is_found() -> None:
    found = churn_hazard(open_ended(1500, 1.0), AS_OF, OPTIONS)
    assert found.ci_low is not None and found.ci_high is not None
    assert found.ci_low < 1.0 < found.ci_high


def test_too_few_churns_are_refused_in_words() -> None:
    found = churn_hazard(open_ended(40, 1.0), AS_OF, OPTIONS)
    assert found.odds_ratio is None
    assert found.messages[0].code == "too_few_churns"


def test_columns_that_say_what_others_said_before_are_left_out() -> None:
    a, b = np.arange(6.0), np.array([1.0, 0, 1, 0, 0, 1])
    assert independent(np.column_stack([a, b, 2 * a - b, np.ones(6)])).tolist() == [True, True, False, True]

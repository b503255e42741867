import numpy as np
import pandas as pd
import pytest

from models.contribution.covariates import HEALTH, Covariates, covariates, operator_rate
from models.contribution.index_calls import index_calls
from models.contribution.options import Options
from models.contribution.tables import guard
from tests.models.contribution.tables import AS_OF, call, event, tables, term


def known(snapshots: list[dict[str, object]], **of_call: list[object]) -> Covariates:
    terms = [term(f"K{i}", customer_id=f"U{i}", mrr_yen=10_000 + i) for i in range(24)]
    calls = [
        call(f"c{i}", "2025-05-10 10:00", contract_id=f"K{i}", customer_id=f"U{i}")
        | {name: values[i] for name, values in of_call.items()}
        for i in range(24)
    ]
    guarded = guard(tables(calls, terms, [event("2025-06-20", "renewed", 1, 1)], snapshots), AS_OF)
    rows, _ = index_calls(guarded, Options())
    return covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)


def test_only_snapshots_from_before_the_day_of_the_call_are_seen() -> None:
    snapshots: list[dict[str, object]] = [
        {"customer_id": f"U{i}", "on": pd.Timestamp(on), "health_score": value}
        for i in range(24)
        for on, value in (("2025-05-09", float(i % 2)), ("2025-05-10", 5.0 * (i % 3)), ("2025-06-01", 9.0 * (i % 5)))
    ]
    health = known(snapshots).values["health_score"].to_numpy()
    assert sorted(set(health.round(6))) == [-1.0, 1.0]


def readings(*of_customer: tuple[str, float]) -> list[dict[str, object]]:
    """The same readings of every customer but for a step of one by customer."""
    return [
        {"customer_id": f"U{i}", "on": pd.Timestamp(on), "health_score": value + i}
        for i in range(24)
        for on, value in of_customer
    ]


def test_several_readings_of_the_half_year_before_are_averaged_too() -> None:
    inside = readings(("2025-01-01", 10.0), ("2025-05-09", 20.0))
    outside = readings(("2024-01-01", -500.0), ("2025-05-10", 900.0))
    latest, mean = (known([*inside, *outside]).values[name] for name in ("health_score", "health_score half-year mean"))
    assert np.allclose(latest, mean)  # standardised: both rise by one from customer to customer
    uneven = [*inside, *({**row, "health_score": 15.0} for row in inside if row["customer_id"] == "U23")]
    assert known(uneven).values["health_score half-year mean"].idxmax() != mean.idxmax()  # U23 is the highest no more


def test_a_single_reading_is_not_counted_twice() -> None:
    assert "health_score half-year mean" not in known(readings(("2025-05-09", 20.0))).values


def test_length_of_the_call_and_what_was_said_in_it_are_never_covariates() -> None:
    values: list[object] = list(range(24))
    names = set(known([], duration_s=values, n_churn_risk=values, n_proposal=values, seats=values).values.columns)
    assert "seats" in names
    assert not names & {"duration_s", "n_churn_risk", "n_proposal", "operator_id", "call_id"}


def test_the_mark_of_an_invented_row_says_nothing_of_the_customer() -> None:
    marks: list[dict[str, object]] = [
        {"customer_id": f"U{i}", "on": pd.Timestamp("2025-05-09"), "health_score": float(i), "simulated": "True"}
        for i in range(12)  # the others have no snapshot
    ]
    columns = known(marks, simulated=[i < 12 for i in range(24)]).values
    assert not [name for name in columns if "simulated" in str(name)]


def test_missing_values_are_filled_flagged_and_their_share_is_kept() -> None:
    seats: list[object] = [None if i < 6 else float(i) for i in range(24)]
    found = known([], seats=seats)
    assert found.missing == {"seats": 0.25}
    assert "seats missing" in found.values
    assert np.isfinite(found.values.to_numpy()).all()


def test_infinite_values_count_as_missing() -> None:
    seats: list[object] = [float("inf") if i == 0 else float(i) for i in range(24)]
    assert known([], seats=seats).missing["seats"] == pytest.approx(1 / 24)


def test_constant_columns_are_left_out() -> None:
    assert "seats" not in known([], seats=[3.0] * 24).values


def test_rare_levels_join_the_rest() -> None:
    reason: list[object] = [*["cancel"] * 11, *["howto"] * 10, *["odd"] * 3]
    names = [name for name in map(str, known([], reason=reason).values) if name.startswith("reason=")]
    assert names == ["reason=howto"]


def test_blocks_tell_where_a_column_came_from() -> None:
    snapshots: list[dict[str, object]] = [
        {"customer_id": f"U{i}", "on": pd.Timestamp("2025-05-01"), "log_ins": i} for i in range(24)
    ]
    found = known(snapshots, seats=list(range(24)))
    assert (found.blocks["log_ins"], found.blocks["seats"]) == (HEALTH, "condition")


WHO, WHOM = pd.Series(["A", "A", "A", "B"]), pd.Series(["u", "v", "u", "u"])


def test_operator_rate_leaves_the_customer_out_and_shrinks_by_five_calls() -> None:
    rate = operator_rate(pd.Series([1, 1, 0, 0]), WHO, WHOM, pd.DataFrame(index=range(4)))
    # mean 0.5: A's others for u are one call, half above it; for v two calls, half above and half below; B has none
    assert rate.tolist() == pytest.approx([0.5 / 6, 0.0, 0.5 / 6, 0.0])


def test_operator_rate_asks_only_for_what_the_calls_do_not_explain() -> None:
    willing = np.tile([1.0, -1.0], 200)  # with willing customers everybody proposes, with others nobody
    exposed = pd.Series(willing > 0).astype(float)
    who, whom = pd.Series(np.where(willing > 0, "A", "B")), pd.Series(range(400)).astype(str)
    unexplained = operator_rate(exposed, who, whom, pd.DataFrame(index=range(400)))
    explained = operator_rate(exposed, who, whom, pd.DataFrame({"willing": willing}))
    assert unexplained.abs().min() > 0.48
    assert explained.abs().max() < 0.02

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.simulation.centre import draw_centre
from models.simulation.scenario import SCENARIOS


def test_the_same_seed_gives_the_same_tables_and_another_seed_others() -> None:
    first, again, other = (draw_centre(SCENARIOS["confounded"], seed).frames.calls for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["started_at"].equals(other["started_at"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_kind_of_centre_has_about_the_terms_it_promises(name: str) -> None:
    centre = draw_centre(SCENARIOS[name], 3)
    assert centre.counted.sum() == pytest.approx(SCENARIOS[name].terms, rel=0.12)


@pytest.mark.parametrize("name", ["null", "leakage", "hidden", "operators_null", "long_lived"])
def test_where_no_effect_was_planted_the_truth_is_zero(name: str) -> None:
    effect = draw_centre(SCENARIOS[name], 3).effect("any")
    assert effect["renewal"] == effect["mrr_delta_yen"] == 0.0


def test_the_planted_effect_is_what_switching_the_proposal_does_to_the_outcomes() -> None:
    centre = draw_centre(SCENARIOS["confounded"], 3)
    assert 0.03 < centre.effect("proposal")["renewal"] < 0.08
    assert centre.effect("appeal")["renewal"] == 0.0
    drawn, expected = centre.history.renewed[centre.counted], centre.law.renewal(centre.history.present)[centre.counted]
    assert drawn.mean() == pytest.approx(expected.mean(), abs=4 * 0.5 / np.sqrt(len(drawn)))


def test_where_nobody_differs_no_operator_does() -> None:
    differences = draw_centre(SCENARIOS["operators_null"], 3).operator_differences()
    assert differences.abs().max() < 1e-12
    assert draw_centre(SCENARIOS["operators"], 3).operator_differences().std() > 0.03


def test_files_hold_the_four_tables_with_the_published_columns(tmp_path: Path) -> None:
    centre = draw_centre(SCENARIOS["tiny"], 1)
    centre.frames.write(tmp_path / "out", {"seed": 1})
    tables = {path.stem: pd.read_csv(path) for path in (tmp_path / "out").glob("*.csv")}
    columns = {name: set(table.columns) for name, table in tables.items()}
    assert all(table["simulated"].all() for table in tables.values())  # reports made from them say so
    assert {"call_id", "started_at", "operator_id", "contract_id", "n_proposal"} <= columns["calls"]
    assert {"contract_id", "customer_id", "started_on", "mrr_yen", "renewal_due_on"} <= columns["contracts"]
    assert {"contract_id", "on", "kind", "mrr_before_yen", "mrr_after_yen"} <= columns["outcomes"]
    assert {"customer_id", "on", "health_score"} <= columns["customer_snapshots"]
    assert json.loads((tmp_path / "out" / "truth.json").read_text(encoding="utf-8")) == {"seed": 1}


def test_an_event_starts_from_the_mrr_that_the_one_before_left() -> None:
    events = draw_centre(SCENARIOS["confounded"], 3).frames.outcomes.sort_values(["contract_id", "on", "event_id"])
    before = events.groupby("contract_id")["mrr_after_yen"].shift()
    chained = before.notna()
    assert (events.loc[chained, "mrr_before_yen"] == before[chained]).mean() > 0.98

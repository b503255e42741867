"""The bench measures what it says, on tables that load without a complaint."""

from pathlib import Path

import pytest

from models.figures.ledger import build_ledger
from pipeline.outcomes.load import read_table
from pipeline.outcomes.made_tables import write_made_tables
from pipeline.reports.benchmark import growth_exponent, measure


def test_made_tables_load_whole_and_their_amounts_chain(tmp_path: Path) -> None:
    write_made_tables(tmp_path, 2_000)
    calls = read_table("calls", tmp_path / "calls.csv")
    assert (calls.report.rows_kept, calls.report.counts) == (2_000, {})
    contracts = read_table("contracts", tmp_path / "contracts.csv").frame
    outcomes = read_table("outcomes", tmp_path / "outcomes.csv").frame
    ledger = build_ledger(contracts, outcomes)
    assert (ledger.uncovered["unknown_contract"], ledger.uncovered["chain_broken"]) == (0, 0)


def test_one_size_gives_one_row(tmp_path: Path) -> None:
    write_made_tables(tmp_path, 500)
    row = measure(tmp_path, 500)
    assert (row["calls"], row["contracts"]) == (500, 100)
    assert row["load_seconds"] >= 0
    assert row["peak_memory_mib"] > 50


def test_growth_exponent_of_a_quadratic_way_is_two() -> None:
    rows = [
        {"calls": size, "load_seconds": size**2, "join_seconds": 0, "figures_seconds": 0} for size in (10, 100, 1000)
    ]
    assert growth_exponent(rows) == pytest.approx(2.0)

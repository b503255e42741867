"""Two independent ways, pandas code and SQL over the Parquet export of a store, agree to the yen (J3)."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from models.figures.cohort import open_cohort
from models.figures.figure import Period, calendar_year, fiscal_year, parse_period
from models.figures.kpi import kpi_figures
from models.figures.ledger import build_ledger
from pipeline.outcomes.columns import Kind
from pipeline.reports.export import export_parquet
from pipeline.store.connect import Store
from pipeline.store.tables import read_table, store_table
from tests.models.figures.worlds import random_world

SQL = (Path(__file__).parent / "second_way.sql").read_text(encoding="utf-8")
DAY = date(2026, 1, 1)
PAIRS = [
    ("NRR", "closing_yen", "opening_yen"),
    ("GRR_customer_capped", "kept_yen", "opening_yen"),
    ("customer_churn_rate", "churned", "cohort_customers"),
    ("gross_revenue_churn_rate", "fall_yen", "opening_yen"),
    ("upsell_or_cross_sell_customer_rate", "expanded", "cohort_customers"),
    ("avg_expansion_unit_price_yen_per_month", "added_yen", "expansions"),
]


def stored(store: Store, contracts: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables as the store gives them back."""
    given: dict[Kind, pd.DataFrame] = {"contracts": contracts, "outcomes": outcomes}
    with store.writing() as connection:
        for kind, frame in given.items():
            store_table(connection, kind, frame, file_name=kind, sha256=kind, report={}, complete=True)
    with store.reading() as connection:
        return read_table(connection, "contracts", 1), read_table(connection, "outcomes", 2)


def by_sql(folder: Path, period: Period) -> dict[str, float]:
    connection = duckdb.connect()
    for table in ("contracts", "outcomes"):
        source = f"read_parquet('{folder}/{table}/dt={DAY}/*.parquet', file_row_number=true)"
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")
    found = connection.execute(SQL, {"opening": period.opening, "closing": period.closing})
    names = [column[0] for column in found.description or ()]
    row = found.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize("new_ids", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_j3_pandas_and_sql_over_the_export_agree_to_the_yen(
    store: Store, tmp_path: Path, seed: int, *, new_ids: bool
) -> None:
    made = random_world(seed, customers=120, new_ids=new_ids)
    contracts, outcomes = stored(store, *made)
    with store.reading() as connection:
        export_parquet(connection, tmp_path, DAY)
    ledger, fresh = build_ledger(contracts, outcomes), build_ledger(*made)
    for period in (calendar_year(2024), fiscal_year(2024), calendar_year(2025), parse_period("2025-Q2")):
        sql = by_sql(tmp_path, period)
        figures = kpi_figures(open_cohort(ledger, period))
        assert figures == kpi_figures(open_cohort(fresh, period))  # the store changes nothing
        assert figures["cohort_customers"].value == sql["cohort_customers"]
        for name, top, bottom in PAIRS:
            told = figures[name]
            assert (told.numerator or 0, told.denominator or 0) == (sql[top] or 0, sql[bottom] or 0), name
        assert figures["median_expansion_month_since_start"].value == sql["median_month"]

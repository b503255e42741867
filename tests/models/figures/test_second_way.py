"""Two independent ways, pandas code and SQL over the Parquet export, agree to the yen."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from models.figures.cohort import open_cohort
from models.figures.figure import calendar_year, fiscal_year
from models.figures.kpi import kpi_figures
from models.figures.ledger import build_ledger
from tests.models.figures.worlds import random_world

SQL = (Path(__file__).parent / "second_way.sql").read_text(encoding="utf-8")


def by_sql(
    folder: Path, contracts: pd.DataFrame, outcomes: pd.DataFrame, opening: str, closing: str
) -> dict[str, float]:
    contracts.to_parquet(folder / "contracts.parquet")
    outcomes.assign(file_order=range(len(outcomes))).to_parquet(folder / "outcomes.parquet")
    connection = duckdb.connect()
    for table in ("contracts", "outcomes"):
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{folder / table}.parquet')")
    found = connection.execute(SQL, {"opening": pd.Timestamp(opening), "closing": pd.Timestamp(closing)})
    names = [column[0] for column in found.description or ()]
    row = found.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize("new_ids", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_pandas_and_sql_agree_to_the_yen(tmp_path: Path, seed: int, *, new_ids: bool) -> None:
    contracts, outcomes = random_world(seed, customers=150, new_ids=new_ids)
    ledger = build_ledger(contracts, outcomes)
    for period in (calendar_year(2024), fiscal_year(2024), calendar_year(2025)):
        sql = by_sql(tmp_path, contracts, outcomes, str(period.opening.date()), str(period.closing.date()))
        figures = kpi_figures(open_cohort(ledger, period))
        assert figures["cohort_customers"].value == sql["cohort_customers"]
        for name, top, bottom in [
            ("NRR", "closing_yen", "opening_yen"),
            ("GRR_customer_capped", "kept_yen", "opening_yen"),
            ("customer_churn_rate", "churned", "cohort_customers"),
            ("gross_revenue_churn_rate", "fall_yen", "opening_yen"),
            ("upsell_or_cross_sell_customer_rate", "expanded", "cohort_customers"),
            ("avg_expansion_unit_price_yen_per_month", "added_yen", "expansions"),
        ]:
            assert (figures[name].numerator, figures[name].denominator) == (sql[top], sql[bottom])
        assert figures["median_expansion_month_since_start"].value == sql["median_month"]

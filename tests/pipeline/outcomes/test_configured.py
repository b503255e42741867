"""All tables of a night, or none: problems of every file at once, and amounts that contradict each other."""

from pathlib import Path

import pytest

from pipeline.errors import BadTable
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.configured import read_tables
from pipeline.settings import Settings

CONTRACTS = "contract_id,customer_id,started_on,mrr_yen\nK1,A,2025-01-01,1000\n"
OUTCOMES = "contract_id,on,kind,mrr_before_yen,mrr_after_yen\n"


def paths(folder: Path, contracts: str, outcomes: str) -> dict[Kind, Path]:
    (folder / "contracts.csv").write_text(contracts, encoding="utf-8")
    (folder / "outcomes.csv").write_text(outcomes, encoding="utf-8")
    return {"contracts": folder / "contracts.csv", "outcomes": folder / "outcomes.csv"}


def test_problems_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    given = paths(tmp_path, CONTRACTS + "K2,A,いつか,1000\n", OUTCOMES + "K1,2025-05-01,何か,1000,1000\n")
    with pytest.raises(BadTable) as caught:
        read_tables(given, Settings(data_dir=tmp_path))
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("contracts.csv", 3),
        ("outcomes.csv", 2),
    ]


@pytest.mark.parametrize("before", [12_000, 1000])
def test_yearly_amounts_among_monthly_ones_are_refused(tmp_path: Path, before: int) -> None:
    given = paths(tmp_path, CONTRACTS, OUTCOMES + f"K1,2025-05-01,upsell,{before},13000\n")
    if before == 1000:
        assert set(read_tables(given, Settings(data_dir=tmp_path))) == {"contracts", "outcomes"}
        return
    with pytest.raises(BadTable, match="年額が混じっています"):
        read_tables(given, Settings(data_dir=tmp_path))

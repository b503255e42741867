import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.commands.estimate import estimate_folder, summary
from pipeline.commands.simulate import write_centre
from pipeline.errors import BadInput, BadTable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("centre")
    write_centre("dirty", 3, path)
    return path


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    return estimate_folder(folder)


def test_files_of_a_dirty_centre_give_the_counts_that_were_planted(folder: Path, document: dict[str, Any]) -> None:
    planted = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert {name: document["dropped"][name] for name in planted["excluded"]} == planted["excluded"]
    assert document["as_of"] == planted["as_of"]


def test_the_document_has_the_published_parts(document: dict[str, Any]) -> None:
    assert set(document["moments"]) == {"proposal", "enablement", "appeal", "success_phrase", "any"}
    shown = [moment for moment in document["moments"].values() if moment["status"] != "refuse"]
    assert shown
    for moment in shown:
        assert {"renewal", "mrr_delta_yen", "upsell", "yen_total", "by_reason", "diagnostics"} <= set(moment)
        assert set(moment["yen_total"]) == {"estimate", "ci_low", "ci_high"}
        assert isinstance(moment["renewal"]["claim"], bool)
    assert {"cohort_customers", "NRR", "GRR_customer_capped"} <= set(document["kpi_2025"])
    json.dumps(document, allow_nan=False)


def test_shares_of_the_operators_add_up_to_the_team(document: dict[str, Any]) -> None:
    shares = sum(row["share_yen"]["estimate"] for row in document["operators"].values())
    rest = document["operators_page"]["remainder_yen"]
    assert shares + rest == pytest.approx(document["moments"]["any"]["yen_total"]["estimate"])


def test_nrr_without_the_contribution_lies_below_where_the_effect_is_above_zero(document: dict[str, Any]) -> None:
    for year in document["nrr_without_contribution"].values():
        gained = document["moments"]["any"]["mrr_delta_yen"]["estimate"] > 0
        assert (year["estimate"] < year["nrr"]) == gained
        assert year["ci_low"] < year["estimate"] < year["ci_high"]


def test_the_summary_says_effect_only_where_it_is_claimed(document: dict[str, Any]) -> None:
    said = "\n".join(line.ja for line in summary(document))
    claimed = any(moment["renewal"]["claim"] for moment in document["moments"].values() if "renewal" in moment)
    assert ("効果(推定)" in said) == claimed


def test_a_refusal_is_summed_up_in_its_own_words(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    lines = summary(estimate_folder(tmp_path))
    assert all("推定できません" in line.ja for line in lines[:5])


def test_a_contract_whose_renewal_tells_an_impossible_amount_is_not_taken_for_lost(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    before = estimate_folder(tmp_path)["dropped"]
    outcomes = pd.read_csv(tmp_path / "outcomes.csv")
    renewed = outcomes.index[outcomes["kind"] == "renewed"][:3]
    outcomes.loc[renewed, "mrr_after_yen"] = -1
    outcomes.to_csv(tmp_path / "outcomes.csv", index=False)
    after = estimate_folder(tmp_path)["dropped"]
    assert after["outcomes_implausible_amount"] == after["terms_with_unusable_events"] == 3
    assert after["counted_as_not_renewed_without_any_event"] == before["counted_as_not_renewed_without_any_event"]


@pytest.mark.parametrize("table", ["calls", "contracts", "outcomes", "customer_snapshots"])
def test_a_table_without_rows_is_answered_by_a_refusal_in_words(tmp_path: Path, table: str) -> None:
    write_centre("tiny", 1, tmp_path)
    pd.read_csv(tmp_path / f"{table}.csv").head(0).to_csv(tmp_path / f"{table}.csv", index=False)
    document = estimate_folder(tmp_path)
    assert document["status"] == "refuse"
    assert ("更新や解約の記録が一件もない" in document["messages"][0]["ja"]) == (table == "outcomes")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    (tmp_path / "outcomes.csv").unlink()
    with pytest.raises(BadInput) as caught:
        estimate_folder(tmp_path)
    assert "outcomes.csv" in caught.value.render("en")


def test_yearly_amounts_among_monthly_ones_are_refused(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    outcomes = pd.read_csv(tmp_path / "outcomes.csv")
    outcomes.loc[3, ["mrr_before_yen", "mrr_after_yen"]] *= 12
    outcomes.to_csv(tmp_path / "outcomes.csv", index=False)
    with pytest.raises(BadTable) as caught:
        estimate_folder(tmp_path)
    assert "年額" in caught.value.render("ja")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    calls = pd.read_csv(tmp_path / "calls.csv")
    calls.drop(columns="operator_id").to_csv(tmp_path / "calls.csv", index=False)
    with pytest.raises(BadTable) as caught:
        estimate_folder(tmp_path)
    assert "operator_id" in caught.value.render("ja")


def test_snapshots_may_be_missing(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    (tmp_path / "customer_snapshots.csv").unlink()
    assert estimate_folder(tmp_path)["status"] == "refuse"


def test_an_unknown_scenario_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        write_centre("nirvana", 1, tmp_path)
    assert "confounded" in caught.value.render("ja")


def test_a_closer_look_at_thin_data_shows_nothing(tmp_path: Path) -> None:
    write_centre("tiny", 1, tmp_path)
    assert estimate_folder(tmp_path, closer=True)["closer_look"] == {}

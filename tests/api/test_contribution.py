"""An estimate is shown with its interval and what it may be called; a refusal is the reason, in the same place."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from models.simulation.centre import draw_centre
from models.simulation.replicate import LAST_DAY, tables_of
from models.simulation.scenario import SCENARIOS
from pipeline.figures.contribution import contribution_document
from pipeline.reports.believe import believe
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from tests.api.conftest import EVERYTHING, opened_as
from tests.api.test_pages import text_of
from tests.api.world import fill, plain_calls

REASON = {
    "code": "too_few_terms",
    "ja": "契約は12件です。400件以上から推定します。",
    "en": "There are 12 terms; 400 are needed.",
}
CAVEAT = {
    "code": "few_operators",
    "ja": "担当者が少ないため、区間が広くなります。",
    "en": "Few operators, so intervals are wide.",
}
METHOD = {"version": "aipw-3", "data_sha256": "0" * 64, "seed": 1, "window_days": 90, "horizon_days": 120, "folds": 5,
          "repetitions": 5}  # fmt: skip
WHY = {"code": "naive", "ja": "単純に比べた差は+24.9ポイントです。", "en": "The plain difference is +24.9 points."}


def moment(status: str = "ok", claim: bool = True) -> dict[str, Any]:
    renewal = {"estimate": 0.031, "ci_low": 0.008, "ci_high": 0.054, "claim": claim}
    yearly = {"estimate": 12_400_000, "ci_low": -4_800_000, "ci_high": 20_100_000}
    return {
        "status": status,
        "messages": [CAVEAT] if status == "warn" else [],
        "renewal": renewal,
        "mrr_delta_yen": renewal | {"claim": False},
        "yen_total_per_year": yearly,
        "sentences": [WHY],
    }


def document(**moments: dict[str, Any]) -> dict[str, Any]:
    operator = {
        "n": 12,
        "raw": 0.7,
        "estimate": 0.02,
        "ci_low": -0.03,
        "ci_high": 0.07,
        "standing": "not_distinguishable",
    }
    return {
        "status": "ok",
        "messages": [],
        "as_of": "2026-10-31",
        "moments": moments,
        "operators": {"OP-002": operator},
    }


def page(tmp_path: Path, contribution: dict[str, Any], path: str = "/") -> str:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store, plain_calls(12, "OP-002", "高橋", 5), contribution=contribution)
    store.close()
    with opened_as(settings, *EVERYTHING) as client:
        return text_of(client.get(path).text)


def test_estimate_stands_with_interval_and_reasons(tmp_path: Path) -> None:
    text = page(tmp_path, document(any=moment(), proposal=moment()))
    assert re.search(r"\+1,240万円 .*?95%区間.*?−480万円〜\+2,010万円", text)
    assert re.search(r"\+3\.1pt .*?95%区間.*?\+0\.8pt〜\+5\.4pt", text)
    assert "単純に比べた差は+24.9ポイントです。" in text
    assert "効果(推定)" in text and "関連(因果ではない)" not in text


def test_estimate_is_called_no_more_than_it_is(tmp_path: Path) -> None:
    text = page(tmp_path, document(appeal=moment(claim=False), proposal=moment("warn", claim=False)))
    assert "差(推定)" in text and "関連(因果ではない)" in text and "効果(推定)" not in text
    assert CAVEAT["ja"] in text


def test_refused_moment_is_the_reason_and_no_figure(tmp_path: Path) -> None:
    text = page(tmp_path, document(appeal={"status": "refuse", "messages": [REASON]}))
    assert re.search(r"魅力の伝達 推定できません " + REASON["ja"], text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_refused_estimate_is_the_reason_in_the_same_place(tmp_path: Path, language: str) -> None:
    refused = {"status": "refuse", "messages": [REASON], "as_of": "2026-10-31", "moments": {}, "operators": {}}
    text = page(tmp_path, refused, f"/?lang={language}")
    assert REASON[language] in text
    assert not re.search(r"[+−]\d+\.\dpt", text)


def test_what_the_estimate_left_out_is_shown_by_reason(tmp_path: Path) -> None:
    text = page(tmp_path, document(any=moment()) | {"dropped": {"not_yet_mature": 245, "duplicate_calls": 0}})
    assert re.search(r"推定に使わなかったもの +結果の期間がまだ過ぎていない契約 245", text)
    assert "同じ通話IDの重複" not in text


def test_operator_page_shows_their_estimate_and_that_it_is_not_for_appraisal(tmp_path: Path) -> None:
    text = page(tmp_path, document(any=moment()), "/operators/OP-002")
    assert re.search(r"\+2\.0pt .*−3\.0pt〜\+7\.0pt .*n = 12 · 平均と区別できません", text)
    assert "評価や報酬には使わないでください" in text


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """What the night stores for an invented centre: an estimate as large as life."""
    tables = tables_of(draw_centre(SCENARIOS["confounded"], 11))
    return contribution_document(tables, LAST_DAY, closer=True)


@pytest.mark.parametrize("exposure", ["any", "appeal", "enablement", "proposal", "success_phrase"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_of_a_moment_shows_everything_behind_its_estimate(
    tmp_path: Path, answer: dict[str, Any], exposure: str, language: str
) -> None:
    text = page(tmp_path, answer, f"/contribution/{exposure}?lang={language}")
    found = answer["moments"][exposure]
    for sentence in found["sentences"]:
        if sentence["code"] not in ("comparison", "placebo"):  # these two are pictures with words of their own
            assert sentence[language] in text
    assert f"{found['diagnostics']['n_exposed']:,}" in text
    assert f"{100 * abs(found['diagnostics']['naive_includes_customer_differences']['renewal']):.1f}pt" in text
    assert answer["method"]["data_sha256"][:12] in text


def test_page_of_all_moments_shows_retention_without_the_contribution(tmp_path: Path, answer: dict[str, Any]) -> None:
    text = page(tmp_path, answer, "/contribution/any")
    for found in answer["nrr_without_contribution"].values():
        assert f"{100 * found['nrr']:.1f}%" in text and f"{100 * found['estimate']:.1f}%" in text
    assert "お客様の違いを含みます。差をそのまま効果と読まないでください。" in text


def test_failed_placebo_is_a_caution_on_the_page(tmp_path: Path, answer: dict[str, Any]) -> None:
    failing = copy.deepcopy(answer)
    for test in failing["moments"]["proposal"]["diagnostics"]["placebo"]:
        test["failed"] = True
    place = re.compile(r"通話より前の出来事に差がないか (通りました|注意)")
    before = place.search(page(tmp_path / "a", answer, "/contribution/proposal"))
    after = place.search(page(tmp_path / "b", failing, "/contribution/proposal"))
    assert before and before[1] == "通りました"
    assert after and after[1] == "注意"


def test_refused_moment_has_a_page_with_its_reason_and_no_figure(tmp_path: Path) -> None:
    refused = document(appeal={"status": "refuse", "messages": [REASON]}) | {"dropped": {}, "method": METHOD}
    text = page(tmp_path, refused, "/contribution/appeal")
    assert REASON["ja"] in text
    assert not re.search(r"[+−]\d+\.\dpt", text)


def test_help_tells_the_self_test_of_the_method_in_use(tmp_path: Path) -> None:
    text = page(tmp_path, document(any=moment()), "/help/believe")
    for section in believe().sections:
        told = text.split(section.scenario.ja, 1)[1]
        for row in section.rows:
            assert " ".join((row.name.ja, row.shown, row.within or "—", str(row.centres))) in told

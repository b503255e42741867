"""The charts as files of their own: complete, named so that they can be told apart, and legible wherever they go."""

import struct
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from pipeline.language import Language
from pipeline.reports.drawings import report_charts
from pipeline.reports.figures import PeriodReport, for_operator
from pipeline.reports.pictures import DOTS_PER_INCH, rendered, report_pictures, source_line
from pipeline.reports.plot import WIDE, Plot, fitting, readable_on, size_of
from pipeline.reports.written import write_report
from tests.pipeline.reports.making import made_report

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def report() -> PeriodReport:
    """With three operators that have calls enough to be compared."""
    standing = pd.DataFrame(
        {"estimate": [2.0, -2.0, 0.1], "low": [1.0, -3.0, -1.0], "high": [3.0, -1.0, 1.2], "standing": ["above"] * 3},
        index=["OP0", "OP3", "OP4"],
    )
    return replace(made_report(), standing={"operator_id": standing})


def words(svg: str) -> list[str]:
    return [shape.text or "" for shape in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_chart_of_the_report_is_a_file_named_by_period_and_chart(report: PeriodReport, tmp_path: Path) -> None:
    names = [
        "2025_contribution",
        "2025_mrr",
        "2025_churn",
        "2025_mrr-bridge",
        "2025_retention-curve",
        "2025_expansion-months",
        "2025_reactions",
        "2025_operators",
    ]
    for form in ("svg", "png"):
        written = write_report(report, form, tmp_path / form, "ja")
        assert [path.name for path in written.paths] == [f"{name}.{form}" for name in names]
        assert sorted(path.name for path in (tmp_path / form).iterdir()) == sorted(path.name for path in written.paths)


def test_the_page_shows_the_charts_that_are_written_as_files(report: PeriodReport, tmp_path: Path) -> None:
    write_report(report, "html", tmp_path / "r.html", "ja")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    charts = report_charts(report, "ja")
    assert [chart.name for chart in charts if chart.svg not in page] == []
    assert page.count("<figure") == len(charts)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_chart_says_by_itself_what_it_shows_and_of_when(report: PeriodReport, language: Language) -> None:
    pictures, lost = report_pictures(report, "svg", language)
    assert not lost
    charts = report_charts(report, language)
    for chart, content in zip(charts, pictures.values(), strict=True):
        told = words(content.decode())
        assert chart.title in told
        assert source_line(report, language, None) in told
    contribution = words(pictures["2025_contribution.svg"].decode())
    assert {"ja": "+1,240万円 95%区間 −480万円 〜 +2,010万円", "en": "+¥12.4M 95 % interval −¥4.8M to +¥20.1M"}[
        language
    ] in contribution


def test_no_words_leave_the_picture(report: PeriodReport) -> None:
    for language in ("ja", "en"):
        for name, content in report_pictures(report, "svg", language)[0].items():
            width, _ = size_of(content.decode())
            for shape in ElementTree.fromstring(content).iter(f"{SVG}text"):
                size, text = float(shape.attrib["font-size"]), shape.text or ""
                long = sum(size if ord(letter) > 0x2E80 else 0.55 * size for letter in text)
                start = (
                    float(shape.attrib["x"])
                    - {"start": 0, "middle": long / 2, "end": long}[shape.attrib["text-anchor"]]
                )
                assert start >= -3 and start + long <= width + 12, (name, text)


def test_a_png_is_as_large_as_its_drawing_and_always_the_same(report: PeriodReport) -> None:
    one, other = report_pictures(report, "png", "ja"), report_pictures(report, "png", "ja")
    assert one == other
    drawn, _ = report_pictures(report, "svg", "ja")
    for svg, png in zip(drawn.values(), one[0].values(), strict=True):
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", png[16:24]) == tuple(side * DOTS_PER_INCH // 72 for side in size_of(svg.decode()))


def test_every_japanese_letter_leaves_ink_of_its_own_in_a_png() -> None:
    """A letter without a glyph would leave nothing, or the same box as another."""

    def drawn(letter: str) -> str:
        plot = Plot("", (0, 1), (0, 1), width=40, height=40)
        plot.text((20, 30), letter, size=24)
        return plot.written()

    letters = " 髙高﨑崎𠮷吉①㈱～−+〓円あア鷗鴎"
    assert len(set(rendered([drawn(letter) for letter in letters]))) == len(letters)


def test_a_letter_that_the_font_lacks_is_told(report: PeriodReport) -> None:
    said = report.conversations
    assert said is not None
    named = {**said.operators, "OP0": {**said.operators["OP0"], "operator_name": "𪚥川"}}
    strange = replace(report, conversations=replace(said, operators=named))
    assert report_pictures(strange, "png", "ja")[1] == ["𪚥"]
    svg, lost = report_pictures(strange, "svg", "ja")
    assert "𪚥川" in words(svg["2025_operators.svg"].decode()) and not lost


def test_d9_h5_a_name_that_is_markup_or_a_control_character_is_only_words(report: PeriodReport) -> None:
    said = report.conversations
    assert said is not None
    named = {**said.operators, "OP4": {**said.operators["OP4"], "operator_name": "<script>\x01&</svg>"}}
    strange = replace(report, conversations=replace(said, operators=named))
    told = words(report_pictures(strange, "svg", "ja")[0]["2025_operators.svg"].decode())
    assert "<script>&</svg>" in told and "#panic(1) $x$ *b*" in told


def test_i7_the_pictures_of_one_operator_name_no_other(report: PeriodReport) -> None:
    pictures, _ = report_pictures(for_operator(report, "OP0"), "svg", "ja", "OP0")
    told = [word for content in pictures.values() for word in words(content.decode())]
    assert "髙﨑 𠮷郎" in told
    assert any("担当者 OP0" in word for word in told)
    assert not [word for word in told if "panic" in word or "script" in word]
    assert "2025_contribution.svg" not in pictures  # the centre's


def test_simulated_customers_and_an_unfinished_period_are_said_on_every_picture(report: PeriodReport) -> None:
    book = replace(report.book, as_of=pd.Timestamp("2025-06-30"), complete=False)
    assert source_line(replace(report, book=book, simulated=True), "ja", None) == (
        "2025年 · 記録は 2025年6月30日(月) まで · 期間の途中 · 模擬データ"
    )


def test_a_refused_estimate_is_no_picture(report: PeriodReport) -> None:
    said = report.conversations
    assert said is not None and said.contribution is not None
    for refused in (None, {**said.contribution, "status": "refuse"}):
        without = replace(report, conversations=replace(said, contribution=refused))
        assert "contribution" not in {chart.name for chart in report_charts(without, "ja")}


def test_the_page_says_what_warns_of_the_estimate_beside_it(report: PeriodReport, tmp_path: Path) -> None:
    said = report.conversations
    assert said is not None and said.contribution is not None
    moments = said.contribution["moments"]
    warned = {**moments["any"], "status": "warn", "messages": [{"ja": "<比べる>相手が少ない。", "en": "few"}]}
    document = {**said.contribution, "moments": {**moments, "any": warned}}
    strange = replace(report, conversations=replace(said, contribution=document))
    write_report(strange, "html", tmp_path / "r.html", "ja")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "年あたり(関連、因果ではない)" in page and "&lt;比べる&gt;相手が少ない。" in page


def test_words_on_a_bar_are_readable_and_long_titles_fit() -> None:
    assert (readable_on("#1B4B7A"), readable_on("#B9BEC6")) == ("#FFFFFF", "#1F2328")
    assert fitting("月次の解約率", 400, 14) == 14
    assert fitting("い" * 60, WIDE, 14) == 10

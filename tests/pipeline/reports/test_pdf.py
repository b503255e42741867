"""The printed report: everything that was counted stands on the paper, in the shipped font, and nothing else does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.language import Language
from pipeline.reports import pdf as pdf_module
from pipeline.reports.figures import PeriodReport, for_operator
from pipeline.reports.pdf import drawable, glyphs
from pipeline.reports.pdf_documents import period_name
from pipeline.reports.written import report_pdf
from tests.pipeline.reports.making import made_report

FONTS = Path(pdf_module.__file__).parent / "fonts"
A4 = (595, 842)
MOST_BYTES = 400_000


@pytest.fixture(scope="module")
def report() -> PeriodReport:
    return made_report()


def texts(pdf: bytes) -> list[str]:
    """The words of each page, without the spaces that setting may put between them."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        pages = list(document)
        assert all((round(page.get_width()), round(page.get_height())) == A4 for page in pages)
        return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in pages]


def cp932_letters() -> Iterator[str]:
    """Every character of Windows-31J but the private ones."""
    for lead in [*range(0x81, 0xA0), *range(0xE0, 0xFD)]:
        for trail in range(0x40, 0xFD):
            letter = bytes([lead, trail]).decode("cp932", errors="ignore")
            if len(letter) == 1 and ord(letter) > 0x9F and not 0xE000 <= ord(letter) <= 0xF8FF:
                yield letter


def test_the_font_draws_every_character_of_windows_japanese() -> None:
    missing = [letter for letter in cp932_letters() if ord(letter) not in glyphs()]
    assert missing == []


@pytest.mark.parametrize("font", sorted(FONTS.glob("*.ttf")), ids=lambda path: path.stem)
def test_less_or_equal_points_to_the_left(font: Path) -> None:
    """The Regular as published has ≤ and ≥ the wrong way round."""
    from fontTools.ttLib import TTFont

    with TTFont(font) as opened:
        for letter, points_left in (("<", True), ("\u2264", True), (">", False), ("\u2265", False)):
            corners = opened["glyf"][opened.getBestCmap()[ord(letter)]].getCoordinates(opened["glyf"])[0]
            middle = (min(x for x, _ in corners) + max(x for x, _ in corners)) / 2
            top = max(corners, key=lambda corner: corner[1])  # the open side reaches higher
            assert (top[0] > middle) == points_left


def test_a_missing_character_is_replaced_visibly_and_listed() -> None:
    lost: set[str] = set()
    assert drawable({"name": "髙﨑𠮷𪚥野", "rows": [["葛\U000e0100飾", 3, None]]}, lost) == {
        "name": "髙﨑𠮷〓野",
        "rows": [["葛飾", 3, None]],
    }
    assert lost == {"𪚥", "\U000e0100"}


def test_kana_with_a_loose_mark_is_one_character_and_a_compatibility_kanji_stays_itself() -> None:
    lost: set[str] = set()
    assert drawable("か\u3099\ufa19", lost) == "が\ufa19"
    assert not lost


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_centre_report_holds_what_was_counted(report: PeriodReport, language: Language) -> None:
    pdf, lost = report_pdf(report, language)
    pages = texts(pdf)
    whole = "".join(pages)
    assert len(pdf) < MOST_BYTES
    assert f"{report.book.block['NRR'].value:.1%}" in pages[0]
    assert {"ja": "サポートの貢献", "en": "Support'scontribution"}[language] in pages[0]
    assert "108" in whole and "118" in whole  # J4: what was analysed and what was joined
    for month in report.book.months.index[-12:]:
        assert f"{month:%Y-%m}" in whole
    assert lost == ["\U000e0100"]
    assert "U+E0100" in pages[-1]


def test_j4_what_was_not_heard_and_not_joined_stands_beside_the_rates(report: PeriodReport) -> None:
    for document in (report_pdf(report, "ja")[0], report_pdf(for_operator(report, "OP1"), "ja", "OP1")[0]):
        whole = "".join(texts(document))
        assert "センターの期間の通話120うち解析した通話108" in whole
        assert "うち結び付かなかった通話2" in whole
        assert "隔離13" in whole


def test_the_contribution_is_said_as_strongly_as_the_method_allows(report: PeriodReport) -> None:
    page = texts(report_pdf(report, "ja")[0])[0]
    assert "+1,240万円" in page and "95%区間−480万円〜+2,010万円" in page
    assert "営業提案効果、推定" in page
    assert "魅力の伝達関連、因果ではない" in page
    assert "成功の手助け推定できません契約が足りません。" in page


def test_h5_d9_names_that_are_code_are_words_on_the_paper(report: PeriodReport) -> None:
    whole = "".join(texts(report_pdf(report, "ja")[0]))
    for name in ("=cmd|'/Ccalc'!A0", "#panic(1)$x$*b*", "<script>", "髙﨑𠮷郎", "①㈱～"):
        assert name in whole


def test_only_the_shipped_fonts_are_embedded_and_nothing_is_active(report: PeriodReport) -> None:
    pdf, _ = report_pdf(report, "ja")
    fonts = set(re.findall(rb"/BaseFont\s*/([A-Za-z0-9+\-]+)", pdf))
    assert fonts and {name.partition(b"+")[2] for name in fonts} <= {
        b"BIZUDPGothic",
        b"BIZUDPGothic-Bold",
        b"BIZUDPGothic-Regular",
        b"NotoSansCJKjp-Regular",  # for 𠮷, which the other lacks
        b"NotoSansCJKjp-Regular-Identity-H",
    }
    assert not re.search(rb"/(JavaScript|JS|OpenAction|Launch|EmbeddedFile|URI)\b", pdf)


def test_the_same_report_is_the_same_file(report: PeriodReport) -> None:
    assert report_pdf(report, "ja") == report_pdf(report, "ja")


def test_i7_the_report_of_one_operator_names_no_other(report: PeriodReport) -> None:
    pdf, _ = report_pdf(for_operator(report, "OP1"), "ja", "OP1")
    whole = "".join(texts(pdf))
    assert "応対のレポート①㈱～①(OP1)" in whole
    for other in ("OP0", "OP2", "OP3", "OP4", "OP5", "髙﨑", "panic"):
        assert other not in whole
    assert "評価や報酬に使わないでください" in whole
    assert "長い通話ほど場面は多くなる" in whole  # J6


def test_the_kpi_sheet_stands_with_its_rates_as_rates(report: PeriodReport) -> None:
    whole = "".join(texts(report_pdf(report, "ja")[0]))
    assert "KPIシート" in whole and "更新90日前の面談" in whole
    assert "1.25%" in whole


def test_before_the_first_night_the_report_says_that_nothing_was_heard() -> None:
    whole = "".join(texts(report_pdf(made_report(night=False), "ja")[0]))
    assert "夜間バッチの結果がまだない" in whole
    assert "会話のなかの三つの場面" not in whole


def test_english_report_has_english_words_only_where_it_can(report: PeriodReport) -> None:
    whole = "".join(texts(report_pdf(report, "en")[0]))
    for word in ("売上継続率", "解約", "数え方", "区分"):
        assert word not in whole.replace("解約を減らす", "")


def test_a_period_is_written_as_people_say_it() -> None:
    assert [period_name(name, "ja") for name in ("2026-10", "2025", "FY2025", "2026-Q3")] == [
        "2026年10月",
        "2025年",
        "2025年度",
        "2026年 第3四半期",
    ]

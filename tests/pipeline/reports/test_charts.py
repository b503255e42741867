"""The charts are well-formed, stay in their frame and show what the numbers say."""

from xml.etree import ElementTree

import pandas as pd
import pytest

from models.figures.survival import retention_curve
from pipeline.reports.charts import bridge_svg, expansion_svg, mrr_svg, retention_svg, standing_svg
from pipeline.reports.plot import GOOD, HEIGHT, PLAIN, RISK, WIDTH

SVG = "{http://www.w3.org/2000/svg}"


def points(svg: str, tag: str, number: int = 0) -> list[tuple[float, float]]:
    shape = list(ElementTree.fromstring(svg).iter(f"{SVG}{tag}"))[number]
    return [(float(x), float(y)) for x, _, y in (pair.partition(",") for pair in shape.attrib["points"].split())]


def test_the_retention_curve_falls_inside_its_interval_and_its_frame() -> None:
    lives = pd.DataFrame({"months": [float(n % 24 + 1) for n in range(200)], "lost": [n % 3 == 0 for n in range(200)]})
    svg = retention_svg(retention_curve(lives), "ja")
    curve, band = points(svg, "polyline"), points(svg, "polygon")
    heights = [y for _, y in curve]
    assert heights == sorted(heights)  # down the page is down in share
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in curve + band)
    assert "継続曲線" in svg


def test_the_mrr_line_is_as_long_as_the_months_and_highest_where_mrr_is() -> None:
    months = pd.DataFrame(
        {"opening_yen": [0, 50_000, 100_000]}, index=pd.date_range("2025-01-01", periods=3, freq="MS")
    )
    line = points(mrr_svg(months, "en"), "polyline")
    assert len(line) == 3
    assert [y for _, y in line] == sorted((y for _, y in line), reverse=True)
    assert "2025-03" in mrr_svg(months, "en")


def test_nothing_to_draw_is_an_empty_frame() -> None:
    empty = pd.DataFrame({"opening_yen": []}, index=pd.DatetimeIndex([]))
    assert points(mrr_svg(empty, "ja"), "polyline") == []


def test_the_bridge_draws_what_grew_to_the_right_of_zero_and_what_fell_to_the_left() -> None:
    steps = {"opening": 500_000, "upsell": 30_000, "churned": -60_000, "closing": 470_000}
    names = {"upsell": "アップセル", "churned": "解約"}
    svg = ElementTree.fromstring(bridge_svg(steps, names, "ja"))
    grown, fallen = (shape.attrib for shape in svg.iter(f"{SVG}rect"))
    assert (grown["fill"], fallen["fill"]) == (GOOD, RISK)
    assert float(fallen["width"]) == pytest.approx(2 * float(grown["width"]), abs=0.2)
    assert float(fallen["x"]) + float(fallen["width"]) == pytest.approx(float(grown["x"]), abs=0.1)


def test_months_of_expansion_are_bars_as_high_as_their_number() -> None:
    svg = ElementTree.fromstring(expansion_svg({3: 1, 6: 4}, "ja"))
    low, high = (float(shape.attrib["height"]) for shape in svg.iter(f"{SVG}rect"))
    assert high == pytest.approx(4 * low, abs=0.3)


def test_only_a_standing_that_excludes_zero_is_coloured() -> None:
    table = pd.DataFrame(
        {
            "estimate": [2.0, -2.0, 0.1, None],
            "low": [1.0, -3.0, -1.0, None],
            "high": [3.0, -1.0, 1.2, None],
            "standing": ["above", "below", "not_distinguishable", None],
        },
        index=["OP1", "OP2", "OP3", "OP4"],
    )
    svg = standing_svg(table, {"OP1": "佐伯"}, "ja")
    assert [shape.attrib["fill"] for shape in ElementTree.fromstring(svg).iter(f"{SVG}circle")] == [GOOD, RISK, PLAIN]
    assert "佐伯" in svg and "OP4" not in svg

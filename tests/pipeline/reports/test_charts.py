"""The charts are well-formed, stay in their frame and show what the numbers say."""

from xml.etree import ElementTree

import pandas as pd

from models.figures.survival import retention_curve
from pipeline.reports.charts import HEIGHT, WIDTH, mrr_svg, retention_svg

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

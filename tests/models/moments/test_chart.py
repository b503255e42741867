from xml.etree import ElementTree

from models.moments.chart import EDGE, SIDE, reliability_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_a_bin_stands_where_its_two_shares_say() -> None:
    root = ElementTree.fromstring(reliability_svg([(0.25, 0.5, 10), (0.9, 0.9, 1000)]))
    first, second = root.iter(f"{SVG}circle")
    assert (float(first.attrib["cx"]), float(first.attrib["cy"])) == (EDGE + SIDE / 4, EDGE + SIDE / 2)
    assert float(first.attrib["r"]) < float(second.attrib["r"])
    assert "n=10" in "".join(first.itertext())


def test_no_bins_are_an_empty_plot() -> None:
    assert not list(ElementTree.fromstring(reliability_svg([])).iter(f"{SVG}circle"))

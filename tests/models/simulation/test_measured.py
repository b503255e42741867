from pathlib import Path

from models.contribution.options import METHOD_VERSION
from models.simulation.figure import Figure
from models.simulation.measured import keep_measured, read_measured


def test_bias_and_coverage_were_measured_with_the_method_in_use() -> None:
    methods = read_measured().methods
    asked = ("confounded", "confounded_noisy", "null", "operators", "hidden")
    assert {methods[name] for name in asked} == {METHOD_VERSION}


def test_a_scenario_measured_again_replaces_itself_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    keep_measured(path, [Figure("null", "claims", 0.5, high=0.05), Figure("tiny", "refused", 1.0, low=1.0)])
    keep_measured(path, [Figure("null", "claims", 0.01, high=0.05)])
    kept = read_measured(path)
    assert kept.value("null", "claims") == 0.01
    assert kept.value("tiny", "refused") == 1.0
    assert len(kept.figures) == 2
    assert kept.methods == {"null": METHOD_VERSION, "tiny": METHOD_VERSION}


def test_what_one_run_did_not_tell_stays_from_another_of_the_same_method_only(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    keep_measured(path, [Figure("null", "false claims of all moments", 0.02, centres=100)])
    keep_measured(path, [Figure("null", "coverage", 0.95, centres=400)])
    assert {(figure.name, figure.centres) for figure in read_measured(path).figures} == {
        ("false claims of all moments", 100),
        ("coverage", 400),
    }
    path.write_text(path.read_text(encoding="utf-8").replace(METHOD_VERSION, "older"), encoding="utf-8")
    keep_measured(path, [Figure("null", "coverage", 0.96, centres=400)])
    assert [(figure.name, figure.value) for figure in read_measured(path).figures] == [("coverage", 0.96)]


def test_every_figure_shipped_tells_how_many_centres_it_rests_on() -> None:
    for figure in read_measured().figures:
        assert figure.centres >= 100
        assert figure.ci_low is None or figure.ci_low <= figure.value <= (figure.ci_high or 0.0) + 1e-12


def test_a_bar_holds_on_its_edges_and_not_beyond() -> None:
    assert Figure("s", "n", 0.93, low=0.93, high=0.99).holds
    assert Figure("s", "n", 0.92, low=0.93).holds is False
    assert Figure("s", "n", 1.0, high=0.99).holds is False
    assert Figure("s", "n", 1.0).holds is None

import json
from pathlib import Path

from click.testing import CliRunner

from pipeline.commands.selftest_estimate import command as selftest
from pipeline.commands.simulate import command as simulate
from pipeline.errors import BadInput, ExitCode


def test_the_self_test_prints_its_figures_and_leaves_with_zero_where_every_bar_holds() -> None:
    arguments = ["--scenario", "tiny", "--replications", "2", "--processes", "1", "--json"]
    result = CliRunner().invoke(selftest, arguments, standalone_mode=False)
    assert result.return_value == ExitCode.DONE
    figures = {figure["name"]: figure for figure in json.loads(result.stdout)}
    assert figures["refused"]["holds"] is True
    assert figures["exclusions_counted_exactly"]["value"] == 1.0


def test_the_exit_code_says_whether_every_bar_held() -> None:
    arguments = ["--scenario", "operators", "--replications", "2", "--processes", "1", "--lang", "en"]
    result = CliRunner().invoke(selftest, arguments, standalone_mode=False)
    broken = "NG" in result.stdout
    assert result.return_value == (ExitCode.FAILED if broken else ExitCode.DONE)
    assert "RMSE / raw" in result.stdout


def test_an_unknown_scenario_is_refused() -> None:
    result = CliRunner().invoke(selftest, ["--scenario", "nirvana"], standalone_mode=False)
    assert isinstance(result.exception, BadInput)


def test_simulate_writes_four_tables_and_the_truth(tmp_path: Path) -> None:
    result = CliRunner().invoke(simulate, ["tiny", "--seed", "2", "--out", str(tmp_path)], standalone_mode=False)
    assert result.exception is None
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"calls.csv", "contracts.csv", "outcomes.csv", "customer_snapshots.csv", "truth.json"}
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert (truth["scenario"], truth["seed"]) == ("tiny", 2)

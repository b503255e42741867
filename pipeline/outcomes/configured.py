"""Read the tables as the settings say, and check them against each other: all of them, or none."""

from collections.abc import Callable, Mapping
from pathlib import Path

from models.figures.ledger import build_ledger, yearly_suspected
from pipeline.errors import BadTable
from pipeline.outcomes.cells import YEARLY_YEN
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.load import read_table
from pipeline.outcomes.phone_key import phone_key
from pipeline.outcomes.report import Loaded
from pipeline.refusals import RowProblem
from pipeline.settings import Settings


def read_tables(paths: Mapping[Kind, Path], settings: Settings) -> dict[Kind, Loaded]:
    """Every given table. Raises one `BadTable` with the problems of all of them, and of outcomes against contracts."""
    loaded: dict[Kind, Loaded] = {}
    problems: list[RowProblem] = []
    unlisted = 0
    for kind, path in paths.items():
        try:
            loaded[kind] = read_configured(kind, path, settings)
        except BadTable as refusal:
            problems += refusal.problems
            unlisted += refusal.unlisted
    if "contracts" in loaded and "outcomes" in loaded:
        problems += yearly_amounts(loaded["contracts"], loaded["outcomes"])
    if problems:
        raise BadTable(problems, unlisted)
    return loaded


def yearly_amounts(contracts: Loaded, outcomes: Loaded) -> list[RowProblem]:
    """Outcomes whose amount is yearly where the contract's is monthly, or the other way round."""
    steps = yearly_suspected(build_ledger(contracts.frame, outcomes.frame).steps)
    told = steps["contract_id"] + steps["on"].dt.strftime(" %Y-%m-%d ") + steps["mrr_before_yen"].astype("string")
    return [RowProblem(outcomes.report.file, None, "mrr_before_yen", value, YEARLY_YEN) for value in told]


def read_configured(
    kind: Kind,
    path: Path,
    settings: Settings,
    *,
    preset: str | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """`read_table` with what `[tables]` says; a named `preset` goes before the configured one. Raises `BadTable`."""
    return read_table(
        kind,
        path,
        phone_key=phone_key(settings.data_dir),
        preset=preset or settings.tables.preset or None,
        own_headers=settings.tables.headers.get(kind, {}),
        on_rows=on_rows,
    )

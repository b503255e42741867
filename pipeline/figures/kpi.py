"""The KPI sheet in force: the one saved on the page, else the file of the settings; and the months it is held to."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from models.figures.book import all_months, last_day
from models.figures.kpi_sheet import Goal
from models.figures.ledger import build_ledger
from models.figures.months import monthly_figures
from pipeline.outcomes.goals import goals_of, read_goals, sheet_of
from pipeline.settings import FiguresSettings
from pipeline.store import goal_sheets, tables
from pipeline.store.connect import Connection


@dataclass(frozen=True, slots=True)
class Sheet:
    """The goals in force. `version` 0: not saved on the page yet; `from_file`: they are those of `figures.goals`."""

    goals: list[Goal]
    version: int = 0
    saved_by: str = ""
    saved_at: datetime | None = None
    from_file: bool = False


def current_sheet(connection: Connection, settings: FiguresSettings) -> Sheet:
    """What was saved last; before that, the file. Raises `BadInput` if the file cannot be used."""
    saved = goal_sheets.newest(connection)
    if saved:
        return Sheet(goals_of(saved.sheet), saved.version, saved.saved_by, saved.saved_at)
    if settings.goals:
        return Sheet(read_goals(settings.goals), from_file=True)
    return Sheet([])


def save_sheet(connection: Connection, actor: str, goals: list[Goal], *, seen: int) -> int:
    """The goals as the next version. Raises `BadInput` if somebody else has saved one since `seen`."""
    return goal_sheets.save(connection, actor, sheet_of(goals), seen=seen)


def monthly(connection: Connection) -> pd.DataFrame | None:
    """The figures of every month that the tables last loaded tell of; None without contracts."""
    loads = tables.current_loads(connection)
    contracts, outcomes = (tables.read_table(connection, kind, loads.get(kind)) for kind in ("contracts", "outcomes"))
    as_of = last_day(contracts["started_on"], outcomes["on"])
    if contracts.empty or as_of is None:
        return None
    return monthly_figures(all_months(build_ledger(contracts, outcomes), as_of))

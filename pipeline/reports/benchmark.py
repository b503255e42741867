"""`kouken bench figures`: tables into a store, back, joined and counted, at growing sizes.

Each size runs in a process of its own, so that its peak memory is its own. Processor time counts, wall time never.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.benchmarks.bench import bar, machine
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.made_tables import write_made_tables
from pipeline.processes.workers import in_own_process
from pipeline.store.connect import Store

SIZES = (10_000, 30_000, 100_000)
LONG_SIZES = (*SIZES, 300_000, 1_000_000)
LOAD_SECONDS = 120.0
FIGURES_SECONDS = 20.0
MEMORY_MIB = 3072.0
GROWTH_EXPONENT = 1.1
_KINDS: tuple[Kind, ...] = ("calls", "contracts", "outcomes")
_AS_OF = pd.Timestamp("2025-12-31")


def bench_figures(on_step: Callable[[str], None], *, long: bool = False) -> dict[str, Any]:
    """Rows by number of calls; the bars hold for the largest size of the run (`long`: a million calls)."""
    sizes = LONG_SIZES if long else SIZES
    rows = []
    for size in sizes:
        on_step(f"{size:,} calls")
        with tempfile.TemporaryDirectory() as folder:
            write_made_tables(Path(folder), size)
            rows.append(in_own_process(measure, Path(folder), size))
    largest = rows[-1]
    bars = [
        bar("load_seconds", largest["load_seconds"], LOAD_SECONDS),
        bar("figures_seconds", largest["join_seconds"] + largest["figures_seconds"], FIGURES_SECONDS),
        bar("peak_memory_mib", largest["peak_memory_mib"], MEMORY_MIB),
        bar("growth_exponent", growth_exponent(rows), GROWTH_EXPONENT),
    ]
    return {"bench": "figures", "machine": machine(), "rows": rows, "bars": bars}


def measure(folder: Path, size: int) -> dict[str, Any]:
    """CPU seconds of loading the tables of `folder` into a new store, reading them back, joining and counting them, and
    the peak memory of this process.
    """
    from pipeline.store.migrate import open_store

    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    try:
        begun = time.process_time()
        rows: dict[str, int] = {kind: _load(store, kind, folder / f"{kind}.csv") for kind in _KINDS}
        loaded = time.process_time()
        frames = _read_back(store)
        found = _count(*frames)
    finally:
        store.close()
    return {
        **rows,
        "load_seconds": round(loaded - begun, 2),
        "read_back_seconds": round(found[0] - loaded, 2),
        "join_seconds": round(found[1] - found[0], 2),
        "figures_seconds": round(found[2] - found[1], 2),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _load(store: Store, kind: Kind, path: Path) -> int:
    """What `kouken load` does; the number of rows."""
    from pipeline.outcomes.load import read_table
    from pipeline.store.tables import store_table

    loaded = read_table(kind, path)
    with store.writing() as connection:
        store_table(
            connection,
            kind,
            loaded.frame,
            file_name=path.name,
            sha256=loaded.report.sha256,
            report=loaded.report.to_json(),
            complete=kind != "calls",
        )
    return len(loaded.frame)


def _read_back(store: Store) -> "tuple[pd.DataFrame, ...]":
    from pipeline.store import tables

    with store.reading() as connection:
        loads = tables.current_loads(connection)
        return tuple(tables.read_table(connection, kind, loads[kind]) for kind in _KINDS)


def _count(calls: pd.DataFrame, contracts: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[float, float, float]:
    """CPU time before the join, after it, and when every figure is counted."""
    from models.figures.book import figure_book
    from models.figures.figure import fiscal_year
    from models.figures.operators import operator_scores
    from pipeline.outcomes.join import join_calls

    begun = time.process_time()
    joined = join_calls(calls, contracts, outcomes).calls
    after_join = time.process_time()
    figure_book(contracts, outcomes, fiscal_year(2024), _AS_OF, calls=joined)
    operator_scores(joined, "n_proposal")
    return begun, after_join, time.process_time()


def growth_exponent(rows: Sequence[dict[str, Any]]) -> float:
    """Slope of log CPU time over log calls: 1 is linear, 2 quadratic; fixed costs pull it below 1 at small sizes."""
    total = [sum(seconds for name, seconds in row.items() if name.endswith("_seconds")) for row in rows]
    return float(np.polyfit(np.log([row["calls"] for row in rows]), np.log(total), 1)[0])

"""`kouken bench figures`: load the tables, join them, count every figure, at growing sizes.

Each size runs in a process of its own, so that its peak memory is its own. Processor time counts, wall time never.
"""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.bench import bar, machine
from pipeline.outcomes.made_tables import write_made_tables

SIZES = (10_000, 30_000, 100_000)
LONG_SIZES = (*SIZES, 300_000, 1_000_000)
LOAD_SECONDS = 120.0
FIGURES_SECONDS = 20.0
MEMORY_MIB = 3072.0
GROWTH_EXPONENT = 1.1
_AS_OF = pd.Timestamp("2025-12-31")


def bench_figures(on_step: Callable[[str], None], *, long: bool = False) -> dict[str, Any]:
    """Rows by number of calls; the bars hold for the largest size of the run (`long`: a million calls)."""
    sizes = LONG_SIZES if long else SIZES
    rows = []
    for size in sizes:
        on_step(f"{size:,} calls")
        with tempfile.TemporaryDirectory() as folder:
            write_made_tables(Path(folder), size)
            rows.append(_in_own_process(Path(folder), size))
    largest = rows[-1]
    bars = [
        bar("load_seconds", largest["load_seconds"], LOAD_SECONDS),
        bar("figures_seconds", largest["figures_seconds"], FIGURES_SECONDS),
        bar("peak_memory_mib", largest["peak_memory_mib"], MEMORY_MIB),
        bar("growth_exponent", growth_exponent(rows), GROWTH_EXPONENT),
    ]
    return {"bench": "figures", "machine": machine(), "rows": rows, "bars": bars}


def _in_own_process(folder: Path, size: int) -> dict[str, Any]:
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, folder, size).result()


def measure(folder: Path, size: int) -> dict[str, Any]:
    """CPU seconds of loading, joining and counting the tables of `folder`, and the peak memory of this process."""
    from models.figures.book import figure_book
    from models.figures.figure import fiscal_year
    from models.figures.operators import operator_scores
    from pipeline.outcomes.join import join_calls
    from pipeline.outcomes.load import read_table

    begun = time.process_time()
    calls = read_table("calls", folder / "calls.csv").frame
    contracts = read_table("contracts", folder / "contracts.csv").frame
    outcomes = read_table("outcomes", folder / "outcomes.csv").frame
    loaded = time.process_time()
    joined = join_calls(calls, contracts, outcomes).calls
    after_join = time.process_time()
    figure_book(contracts, outcomes, fiscal_year(2024), _AS_OF, calls=joined)
    operator_scores(joined, "n_proposal")
    counted = time.process_time()
    return {
        "calls": size,
        "contracts": len(contracts),
        "outcomes": len(outcomes),
        "load_seconds": round(loaded - begun, 2),
        "join_seconds": round(after_join - loaded, 2),
        "figures_seconds": round(counted - after_join, 2),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def growth_exponent(rows: Sequence[dict[str, Any]]) -> float:
    """Slope of log CPU time over log calls: 1 is linear, 2 quadratic; fixed costs pull it below 1 at small sizes."""
    total = [row["load_seconds"] + row["join_seconds"] + row["figures_seconds"] for row in rows]
    return float(np.polyfit(np.log([row["calls"] for row in rows]), np.log(total), 1)[0])

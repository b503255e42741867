"""How long the estimate takes and how much memory it needs, by number of contract terms."""

import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models.contribution.document import to_json
from models.contribution.estimate import estimate
from models.contribution.options import Options
from models.simulation.centre import draw_centre
from models.simulation.replicate import LAST_DAY, tables_of
from models.simulation.scenario import SCENARIOS

SIZES = (1_200, 2_400)
LONG_SIZES = (*SIZES, 20_000)
SECONDS = 120.0
MEMORY_MIB = 2048.0


def bench_estimate(
    on_step: Callable[[str], None], apart: Callable[[int, bool], dict[str, Any]], *, long: bool = False
) -> dict[str, Any]:
    """CPU seconds and peak memory per size, with and without the second opinion; the bars are on the largest size.

    `apart`: `measure` in a process of its own, so that every row's peak memory is its own.
    """
    rows = []
    for size in LONG_SIZES if long else SIZES:
        for second_opinion in (False, True):
            on_step(f"{size:,} terms")
            rows.append(apart(size, second_opinion))
    bars = [
        _bar("seconds", rows[-1]["seconds"], SECONDS),
        _bar("peak_memory_mib", rows[-1]["peak_memory_mib"], MEMORY_MIB),
    ]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {"bench": "estimate", "machine": machine, "rows": rows, "bars": bars}


def measure(terms: int, second_opinion: bool) -> dict[str, Any]:
    """One estimate of every moment, outcome, check and operator on an invented centre."""
    operators = max(20, round(40 * (terms / 2_400) ** 0.5))
    scenario = replace(SCENARIOS["confounded"], terms=terms, customers=terms // 2, operators=operators)
    tables = tables_of(draw_centre(scenario, 1))
    begun = time.process_time()
    document = to_json(estimate(tables, LAST_DAY, Options(second_opinion=second_opinion)))
    return {
        "terms": terms,
        "second_opinion": second_opinion,
        "seconds": round(time.process_time() - begun, 2),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "moments_shown": sum(moment["status"] != "refuse" for moment in document["moments"].values()),
    }


def _bar(name: str, value: float, limit: float) -> dict[str, Any]:
    return {"name": name, "value": value, "limit": limit, "holds": value <= limit}

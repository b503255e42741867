"""What every benchmark tells: the machine, rows, and bars that hold or not."""

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cpu = names[0] if names else platform.processor()
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version()}


def bar(name: str, value: float, limit: float, *, at_least: bool = False) -> dict[str, Any]:
    """A figure against its limit: at most that, or at least.

    >>> bar("seconds", 1.5, 2.0)["holds"], bar("speed_ratio", 1.5, 2.0, at_least=True)["holds"]
    (True, False)
    """
    holds = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    return {"name": name, "value": round(value, 4), "limit": limit, "sign": sign, "holds": bool(holds)}


def table(result: dict[str, Any]) -> str:
    """A result as lines for a terminal."""
    lines = ["  ".join(f"{key}={value}" for key, value in row.items()) for row in result["rows"]]
    lines += [
        f"{'OK' if item['holds'] else 'NG'}  {item['name']} {item['value']} ({item['sign']} {item['limit']})"
        for item in result["bars"]
    ]
    return "\n".join(lines)

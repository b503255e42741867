"""Looking through folders in which other processes make files and take them away."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from stat import S_ISREG


def files_below(folder: Path) -> Iterator[tuple[Path, float]]:
    """Each file with the time of its last change, in seconds since 1970; what goes away meanwhile is left out."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            if S_ISREG(facts.st_mode):
                yield path, facts.st_mtime


def files_until(folder: Path, limit: datetime) -> list[Path]:
    """Those that were last changed by then."""
    return [path for path, changed in files_below(folder) if changed <= limit.timestamp()]

"""The files of a night's report come into sight whole, though another night may be writing the same ones."""

import errno
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

ASIDE = ".kouken-"  # begins the name of a folder in which files are made
LEFT_S = 86_400.0  # nobody makes a report for a day: whoever began this one was killed

Write = Callable[[Path], list[Path]]


def write_new(folder: Path, write: Write) -> None:
    """Let `write` make its files in this folder, which comes to be with all of them; one that is there stays."""
    with _aside(folder.parent) as making:
        write(making)
        try:
            making.replace(folder)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise  # else another night was first, and its files say the same


def write_over(folder: Path, write: Write) -> None:
    """Let `write` make its files, then put each in the place of an earlier one in this folder."""
    with _aside(folder) as making:
        for path in write(making):
            path.replace(folder / path.name)


@contextmanager
def _aside(place: Path) -> Iterator[Path]:
    """A folder yet to be made, on the same disk, that nobody else uses."""
    place.mkdir(parents=True, exist_ok=True)
    for left in place.glob(f"{ASIDE}*"):
        with suppress(FileNotFoundError):  # its night has just ended
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=ASIDE, dir=place) as own:
        yield Path(own) / "report"

"""Room on the disks: asked for before the night begins, and one message when it runs out."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import NoSpace
from pipeline.language import Text
from pipeline.processes.workers import FULL

REMEDY = Text(
    "空きを作って、もう一度実行してください。続きから進みます。", "Free some space and run again: it goes on."
)


def check_reserve(folders: Iterable[Path], reserve_gib: float) -> None:
    """Raise `NoSpace` unless each folder's disk has the reserve free."""
    for folder in folders:
        place = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        free = shutil.disk_usage(place).free / (1 << 30)
        if free < reserve_gib:
            raise NoSpace(
                Text(
                    f"空きが {free:.2f} GiB しかありません({place})。{reserve_gib:g} GiB 以上を残して始めます。",
                    f"Only {free:.2f} GiB are free ({place}); a night begins with at least {reserve_gib:g} GiB.",
                ),
                remedy=Text(
                    "空きを作るか、work.reserve_gib を見直してください。", "Free some space, or lower work.reserve_gib."
                ),
            )


@contextmanager
def told_when_full(folder: Path) -> Iterator[None]:
    """Any write that finds its disk full becomes `NoSpace`, whoever wrote."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        place = error.filename or folder
        raise NoSpace(
            Text(f"ディスクがいっぱいで書き込めません({place})。", f"The disk is full ({place})."), remedy=REMEDY
        ) from None

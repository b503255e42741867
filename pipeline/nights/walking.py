"""Walk the archive into the listing: recordings, and transcripts that lie there without one. Nothing is changed."""

import os
import stat
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pipeline.errors import BadInput, Reason
from pipeline.formats.read import holds_transcript, is_transcript_file
from pipeline.language import Text
from pipeline.nights.archive import SUFFIXES, ArchiveFile, open_path, same_name, suffix
from pipeline.nights.listing import Listing

SOME = 1_000  # files looked at before the night is asked whether to stop


def list_archive(
    listing: Listing, root: Path, *, transcripts: bool = True, between: Callable[[], None] = lambda: None
) -> None:
    """Enter every recording below `root`: files with an audio suffix, and files that a listed call names.

    With `transcripts` also what other programs wrote of calls whose recording does not lie beside it.

    Links that lead out of the archive are not opened. `between` is called now and then and may raise. Raises
    `BadInput` if there is no archive or nothing in it.
    """
    if not root.is_dir():
        raise BadInput(
            Text(f"録音のフォルダーがありません: {root}", f"There is no archive folder: {root}"),
            remedy=Text("--archive の場所と接続を確かめてください。", "Check --archive and whether it is mounted."),
        )
    home, paths = root.resolve(), _paths(os.fspath(root))
    while some := list(islice(paths, SOME)):
        recordings, texts = [], []
        for path, relative in some:
            if suffix(relative) in SUFFIXES or listing.names_recording(same_name(relative)):
                recordings.append(_look_at(path, relative, home))
            elif transcripts and is_transcript_file(Path(relative)):
                texts.append(_look_at(path, relative, home))
        listing.enter(recordings)
        listing.enter(texts, beside=True)
        between()
    _keep_lone_transcripts(listing, root, between)
    if not listing.count():
        raise BadInput(
            Text(f"録音が 1 件も見つかりません: {root}", f"No recording was found in {root}"),
            remedy=Text(
                "場所と接続を確かめてください(対応する形式: wav mp3 ogg opus m4a flac amr webm など)。",
                "Check the place and whether it is mounted (wav, mp3, ogg, opus, m4a, flac, amr, webm …).",
            ),
        )


def _keep_lone_transcripts(listing: Listing, root: Path, between: Callable[[], None]) -> None:
    """Transcripts without a recording of their name beside them; what else has such a suffix is no business of ours.

    A file beside a recording, as recorders write one for each call, is not opened.
    """
    for some in listing.lone_texts():
        listing.keep([file.relative for file in some if holds_transcript(open_path(root, file.relative))])
        between()
    listing.forget_the_rest()


def _paths(top: str) -> Iterator[tuple[str, str]]:
    """Every file that is not hidden: where it is, and its name in the store. Links to folders are not followed."""
    for folder, folders, names in os.walk(top, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(folder, name)  # noqa: PTH118 - objects cost more than all else that is done here
            if not name.startswith("."):
                stored = os.fsencode(path[len(top) :].lstrip(os.sep)).decode("utf-8", "backslashreplace")
                yield path, stored.replace(os.sep, "/")


def _look_at(path: str, relative: str, home: Path) -> ArchiveFile:
    try:
        facts = os.stat(path)  # noqa: PTH116
        # no folder that a link leads to is walked, so that only a file that is a link itself may lead out
        inside = not os.path.islink(path) or Path(path).resolve().is_relative_to(home)  # noqa: PTH114
    except (OSError, RuntimeError) as error:  # a broken link, a loop of links
        return ArchiveFile(relative, 0, 0, problem=Reason.IO_ERROR, detail=type(error).__name__)
    if not stat.S_ISREG(facts.st_mode):  # opening a pipe or a device may never come back
        return ArchiveFile(relative, 0, facts.st_mtime_ns, problem=Reason.IO_ERROR, detail="not a file")
    if not inside:
        return ArchiveFile(relative, facts.st_size, facts.st_mtime_ns, problem=Reason.OUTSIDE_ARCHIVE)
    return ArchiveFile(relative, facts.st_size, facts.st_mtime_ns)

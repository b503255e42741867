"""Files that a browser sends: on the disk under a name of our own, scanned before anything reads them, then gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import Request, UploadFile

from api.access import Visitor, note
from pipeline.protection.scanning import NotClean, check_clean


@contextmanager
def received(request: Request, visitor: Visitor, file: UploadFile, suffix: str, what: str) -> Iterator[Path]:
    """The upload, under a name that says what it is; its own name is nobody's path. Raises `NotClean`."""
    with TemporaryDirectory() as folder, refusals_on_record(visitor, what):
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(file.file.read())
        check_clean(path, request.app.state.settings.web)
        yield path


@contextmanager
def refusals_on_record(visitor: Visitor, what: str) -> Iterator[None]:
    """A file that the scanner refuses leaves a row in the audit log, not its name."""
    try:
        yield
    except NotClean as refusal:
        note(visitor, "upload.scan_refused", what, {"why": refusal.why})
        raise

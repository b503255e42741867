"""Listings of a few files, for the tests of the rules."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.nights.archive import ArchiveFile
from pipeline.nights.assigning import assign_calls
from pipeline.nights.listing import new_listing
from pipeline.nights.walking import list_archive
from pipeline.records import Call


def listed_files(root: Path, *recordings: str, transcripts: bool = True) -> list[ArchiveFile]:
    """What is listed of an archive, by path. `recordings`: files that the calls table names."""
    with TemporaryDirectory() as folder, new_listing(Path(folder)) as listing:
        listing.list_calls(Call(name, recording=name) for name in recordings)
        list_archive(listing, root, transcripts=transcripts)
        return list(chain.from_iterable(listing.batches("found")))


def assigned_files(files: Iterable[ArchiveFile], calls: Iterable[Call]) -> list[ArchiveFile]:
    """The files with the calls that they belong to, by path."""
    with TemporaryDirectory() as folder, new_listing(Path(folder)) as listing:
        listing.list_calls(calls)
        listing.enter(files)
        assign_calls(listing)
        return list(chain.from_iterable(listing.batches("assigned")))

"""Tagging a transcript of the store: what earlier runs left is used, so that years of calls are read again in minutes.

Kept forms save the analysis of the words; tags that the same rules found with another dictionary save the classifier.
"""

from dataclasses import dataclass

from phrases.packing import PackedCall
from pipeline.nights.night import Reader
from pipeline.records import Moment, Tag, Transcript
from pipeline.store.forms import Kept
from pipeline.text.tagger import Tagger
from pipeline.text.tagging import forms_of


@dataclass(frozen=True, slots=True)
class Tagged:
    """What one transcript holds; `new_forms` are to be kept, None where the kept ones served."""

    tags: tuple[Tag, ...]
    moments: tuple[Moment, ...]
    new_forms: bytes | None


def tag(reader: Reader, transcript: Transcript, kept: Kept) -> Tagged:
    """Tags and moments, the same with whatever is kept and without. Only a `Tagger` works by what is kept."""
    if not isinstance(reader, Tagger):
        return Tagged(*reader.read(transcript), None)
    tagger = reader
    packed = forms_of(transcript, tagger.matcher) if kept.packed is None else PackedCall.from_bytes(kept.packed)
    new = packed.to_bytes() if kept.packed is None else None
    if kept.tags is None:
        return Tagged(*tagger.read(transcript, packed), new)
    return Tagged(*tagger.reread(transcript, kept.tags, packed), new)

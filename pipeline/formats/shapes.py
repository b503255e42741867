"""What other programs wrote, as our records: every value of the kind and within the limits that records.py states."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text
from pipeline.records import Correction, MaskedRange, Transcript, Utterance
from pipeline.validation import Wanted, wanted

Shape = TypeVar("Shape")
KINDS: Wanted = {
    "string_type": Text("文字にしてください", "must be text"),
    "tuple_type": Text("一覧にしてください", "must be a list"),
    "dict_type": Text("オブジェクトにしてください", "must be an object"),
    "dataclass_type": Text("オブジェクトにしてください", "must be an object"),
}
ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}  # to make one takes as long as to read a hundred transcripts
OTHER = Text("読めません", "cannot be read")


class BrokenTranscript(BadInput):
    """A file that is meant as a transcript, and cannot be read as one.

    `place` is where: `line 12` or `utterances.3.start_ms`; empty where it is the whole. It and the message hold
    nothing of what was said.
    """

    def __init__(self, text: Bilingual, *, place: str = "", remedy: Bilingual | None = None) -> None:
        super().__init__(text, remedy=remedy)
        self.place = place


class UnreadableFile(BadInput):
    """The system does not give the file: gone, not permitted, a broken disk. What it holds is not to blame."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(Text(f"読めません: {path} ({error.strerror})", f"Cannot read {path}: {error.strerror}"))


class WrongValue(ValueError):
    """`place` in dotted form, and what the value there has to be, as a sentence. The value itself is not told."""

    def __init__(self, place: str, why: Text) -> None:
        super().__init__(f"{place}: {why.en}")
        self.place, self.why = place, why


def shaped(shape: type[Shape], values: Mapping[str, Any]) -> Shape:
    """`values` as the record `shape`; keys that it does not have are ignored. Raises `WrongValue`."""
    try:
        return _adapter(shape).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise WrongValue(place, wanted(dict(first), KINDS) or OTHER) from None


def _adapter(shape: type[Shape]) -> TypeAdapter[Shape]:
    if shape not in ADAPTERS:
        ADAPTERS[shape] = TypeAdapter(shape)
    return ADAPTERS[shape]


def consistent(transcript: Transcript) -> Transcript:
    """The same transcript. Raises `WrongValue` where something ends before it begins or points at no utterance."""
    for index, utterance in enumerate(transcript.utterances):
        require_order(utterance, f"utterances.{index}.")
    count = len(transcript.utterances)
    pointers: dict[str, Sequence[MaskedRange | Correction]] = {
        "masked": transcript.masked,
        "corrections": transcript.corrections,
    }
    for kind, pointing in pointers.items():
        for index, pointer in enumerate(pointing):
            if pointer.utterance >= count:
                why = Text(f"発話は {count} 件です", f"there are {count} utterances")
                raise WrongValue(f"{kind}.{index}.utterance", why)
    return transcript


def require_order(utterance: Utterance, place: str) -> None:
    """Raises `WrongValue` where its end is before its start."""
    start_ms, end_ms = utterance.start_ms, utterance.end_ms
    if start_ms is not None and end_ms is not None and end_ms < start_ms:
        raise WrongValue(f"{place}end_ms", Text("始まりより後にしてください", "must not be before the start"))

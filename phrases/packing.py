"""One call with its forms as bytes, to be kept beside its transcript: searching it again needs no analysis.

The bytes hold two things: the three spellings of every turn, ready to be scanned, and the lines with their forms, which
are read only where a scan found something.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from phrases.dialogue import TURN_END, Dialogue, Line
from phrases.entry import TEXT_LEVELS, Level
from phrases.forms import KEY_END, Forms, Word
from phrases.normalize import Folded

LAYOUT = "forms-2"  # of the bytes and of the rules that make forms; another layout is made anew
_RECORD, _PART = b"\x1e", b"\x1d"  # stand in no text: normalisation makes control characters blanks
_FAST = 1  # zlib level: half of the best one's time, a tenth more bytes


def forms_version() -> str:
    """What packed forms depend on: the layout, the analyser and its dictionary."""
    return f"{LAYOUT}+{version('SudachiPy')}+{version('SudachiDict-core')}"


@dataclass(frozen=True, slots=True)
class PackedCall:
    """One call. `turns` are the numbers of their lines; `streams` hold, per level, the turns in order.

    A turn in a stream is the end of a key, its words, the end of a turn.
    """

    turns: tuple[tuple[int, ...], ...]
    streams: tuple[bytes, ...]
    lines: bytes  # compressed

    def packed_lines(self) -> list[bytes]:
        """Every line, each for `unpack_line`."""
        packed = zlib.decompress(self.lines)
        return packed.split(_RECORD) if packed else []

    def unpacked(self) -> list[tuple[Line, Forms | None]]:
        """Every line with its forms."""
        return [unpack_line(packed) for packed in self.packed_lines()]

    def lines_only(self) -> "PackedCall":
        """The call without the spellings of its turns, where these are kept elsewhere."""
        return PackedCall((), (), self.lines)

    def to_bytes(self) -> bytes:
        """What `from_bytes` reads."""
        turns = json.dumps(self.turns, separators=(",", ":")).encode()
        streams = zlib.compress(_PART.join((turns, *self.streams)), _FAST)
        return len(streams).to_bytes(4, "big") + streams + self.lines

    @classmethod
    def from_bytes(cls, packed: bytes) -> "PackedCall":
        """The call that `to_bytes` wrote."""
        length = int.from_bytes(packed[:4], "big")
        turns, *streams = zlib.decompress(packed[4 : 4 + length]).split(_PART)
        return cls(tuple(map(tuple, json.loads(turns))), tuple(streams), packed[4 + length :])


def pack_call(lines: Sequence[Line], forms: Sequence[Forms | None]) -> PackedCall:
    """A call with the forms of its lines (None where analysis failed)."""
    dialogue = Dialogue(lines, forms)
    packed = _RECORD.join(pack_line(line, form) for line, form in zip(lines, forms, strict=True))
    return PackedCall(
        tuple(turn.lines for turn in dialogue.turns),
        tuple(_stream(dialogue, level) for level in TEXT_LEVELS),
        zlib.compress(packed, _FAST),
    )


def _stream(dialogue: Dialogue, level: Level) -> bytes:
    return "".join(KEY_END + dialogue.spelled(turn, level) + TURN_END for turn in dialogue.turns).encode()


def pack_line(line: Line, forms: Forms | None) -> bytes:
    """A line with its forms in a few hundred bytes.

    Column by column: surfaces are cut from the folded text again, the text is left out where folding changed nothing.
    """
    fields: list[object] = [line.speaker, line.text, line.start_ms, line.end_ms, line.times]
    if forms is not None:
        folded, words = forms.folded, forms.words
        fields += [
            folded.text if folded.text != line.text else None,
            [folded.starts, folded.ends] if folded.starts is not None else None,
            [number for word in words for number in (word.start, word.end)],
            TURN_END.join(word.keys for word in words),
            TURN_END.join(word.reading for word in words),
            "".join(str(2 * word.is_content + word.ends_sentence) for word in words),
        ]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def unpack_line(packed: bytes) -> tuple[Line, Forms | None]:
    """The line and the forms that `pack_line` stored."""
    speaker, said, start_ms, end_ms, times, *rest = json.loads(packed.decode())
    line = Line(speaker, said, start_ms, end_ms, tuple((character, ms) for character, ms in times))
    if not rest:
        return line, None
    text, moved, bounds, keys, readings, flags = rest
    text = said if text is None else text
    folded = Folded(text, tuple(moved[0]), tuple(moved[1])) if moved else Folded(text)
    starts, ends = bounds[::2], bounds[1::2]
    words = map(
        Word,
        starts,
        ends,
        [text[start:end] for start, end in zip(starts, ends, strict=True)],
        keys.split(TURN_END),
        readings.split(TURN_END),
        [flag in "23" for flag in flags],
        [flag in "13" for flag in flags],
    )
    return line, Forms(folded, tuple(words))

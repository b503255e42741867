"""Teach an encoder our labels. Needs torch (the training extra); everything else runs without it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.moments.encoder import MARKERS
from models.moments.labels import LABELS, LABELS_OF, Call
from models.moments.ngrams import normalised
from models.moments.noise import as_recognised
from models.moments.windows import MAX_SENTENCE_TOKENS, WINDOW_TOKENS, pieces_of

RECOGNISED_SHARE = 0.4  # of the clean calls of an epoch that are read as a recogniser would write them
DROPOUT = 0.1
PROBE_C = 0.01


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast. `lr` is of the encoder at its peak; the head learns `head_factor` times faster."""

    epochs: int = 4
    batch: int = 4  # windows
    lr: float = 2e-5
    head_factor: float = 5.0
    weight_decay: float = 0.01
    warmup: float = 0.1  # of all steps


@dataclass(frozen=True, slots=True)
class Piece:
    """One training window: token ids, the marker's place of each sentence, targets (−1 = not this speaker's label)."""

    ids: list[int]
    marks: list[int]
    targets: list[list[float]]


def finetune(
    base: Path,
    out: Path,
    calls: Sequence[Call],
    seed: int,
    schedule: Schedule | None = None,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Train the encoder in folder `base` (Hugging Face layout) on `calls`; write it with its head to `out`."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from transformers import AutoModel, AutoTokenizer

    schedule = schedule or Schedule()
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.add_special_tokens({"additional_special_tokens": list(MARKERS.values())})
    encoder = AutoModel.from_pretrained(base)
    if len(tokenizer) > encoder.config.vocab_size:
        encoder.resize_token_embeddings(len(tokenizer))
    head = torch.nn.Linear(2 * encoder.config.hidden_size, len(LABELS))
    _fit(encoder, head, tokenizer, calls, schedule, rng, progress)
    encoder.save_pretrained(out)
    tokenizer.save_pretrained(out)
    torch.save(head.state_dict(), out / "head.pt")


def _fit(
    encoder: Any,
    head: Any,
    tokenizer: Any,
    calls: Sequence[Call],
    schedule: Schedule,
    rng: random.Random,
    progress: Callable[[int, float], None],
) -> None:
    import torch

    optimizer = torch.optim.AdamW(
        [
            {"params": encoder.parameters(), "lr": schedule.lr},
            {"params": head.parameters(), "lr": schedule.lr * schedule.head_factor},
        ],
        weight_decay=schedule.weight_decay,
    )
    pieces = _pieces(tokenizer, calls, rng)
    _probe(encoder, head, pieces, tokenizer.pad_token_id)
    total = schedule.epochs * (len(pieces) // schedule.batch + 1)  # an epoch has a few more or fewer pieces
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / total, schedule.warmup))
    encoder.train()
    step = 0
    for _ in range(schedule.epochs):
        for batch in _batches(_pieces(tokenizer, calls, rng), schedule.batch, rng):
            loss = _loss(encoder, head, batch, tokenizer.pad_token_id)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            step += 1
            progress(step, loss.item())
    encoder.eval()


def _probe(encoder: Any, head: Any, pieces: list[Piece], pad: int) -> None:
    """Start the head as the best layer on the untaught encoder.

    Without it the vectors of an encoder like E5, which share most of their length, teach the encoder nothing but noise
    at first, and it collapses (linear probing, then fine-tuning: A. Kumar et al. 2022).
    """
    import torch
    from sklearn.linear_model import LogisticRegression

    encoder.eval()
    with torch.no_grad():
        vectors = torch.cat([_vectors(encoder, [piece], pad) for piece in pieces]).double().numpy()
    targets = torch.tensor([row for piece in pieces for row in piece.targets]).numpy()
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    for row in range(len(LABELS)):
        known = targets[:, row] >= 0
        model = LogisticRegression(C=PROBE_C, max_iter=300)
        model.fit((vectors[known] - mean) / spread, targets[known, row])
        weights = model.coef_[0] / spread
        head.weight.data[row] = torch.tensor(weights)
        head.bias.data[row] = float(model.intercept_[0] - weights @ mean)


def _rate(done: float, warmup: float) -> float:
    return min(done / warmup, max(0.0, (1 - done) / (1 - warmup)))


def _pieces(tokenizer: Any, calls: Sequence[Call], rng: random.Random) -> list[Piece]:
    out = []
    for call in calls:
        read = as_recognised(call, rng) if rng.random() < RECOGNISED_SHARE else call
        out += _pieces_of_call(tokenizer, read, rng)
    return out


def _pieces_of_call(tokenizer: Any, call: Call, rng: random.Random) -> list[Piece]:
    texts = [MARKERS[sentence.speaker] + normalised(sentence.text) for sentence in call.sentences]
    ids = [row[:MAX_SENTENCE_TOKENS] for row in tokenizer(texts, add_special_tokens=False)["input_ids"]]
    pieces = []
    for start, end in pieces_of([len(row) for row in ids], rng.randint(WINDOW_TOKENS // 3, WINDOW_TOKENS)):
        tokens, marks = [tokenizer.bos_token_id], []
        for row in ids[start:end]:
            marks.append(len(tokens))
            tokens += row
        targets = [
            [_target(label, sentence.speaker, labels) for label in LABELS]
            for sentence, labels in zip(call.sentences[start:end], call.labels[start:end], strict=True)
        ]
        pieces.append(Piece([*tokens, tokenizer.eos_token_id], marks, targets))
    return pieces


def _target(label: str, speaker: str, labels: frozenset[str]) -> float:
    return float(label in labels) if label in LABELS_OF[speaker] else -1.0


def _batches(pieces: list[Piece], size: int, rng: random.Random) -> list[list[Piece]]:
    """Pieces of like length together, so that little is padded; batches in random order."""
    ordered = sorted(pieces, key=lambda piece: len(piece.ids) + rng.random() * 16)
    batches = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    rng.shuffle(batches)
    return batches


def _loss(encoder: Any, head: Any, batch: list[Piece], pad: int) -> Any:
    import torch

    logits = head(torch.nn.functional.dropout(_vectors(encoder, batch, pad), DROPOUT))
    targets = torch.tensor([row for piece in batch for row in piece.targets])
    known = targets >= 0
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known])


def _vectors(encoder: Any, batch: list[Piece], pad: int) -> Any:
    """(sentences of the batch, 2·H)."""
    import torch

    longest = max(len(piece.ids) for piece in batch)
    ids = torch.tensor([piece.ids + [pad] * (longest - len(piece.ids)) for piece in batch])
    with torch.autocast("cpu", torch.bfloat16):
        hidden = encoder(input_ids=ids, attention_mask=(ids != pad).long()).last_hidden_state
    return torch.cat([_sentence_vectors(hidden[i].float(), piece) for i, piece in enumerate(batch)])


def _sentence_vectors(hidden: Any, piece: Piece) -> Any:
    """(sentences, 2·H): the marker's state and the mean over the sentence's tokens."""
    import torch

    ends = [*piece.marks[1:], len(piece.ids) - 1]
    rows = [torch.cat([hidden[start], hidden[start:end].mean(0)]) for start, end in zip(piece.marks, ends, strict=True)]
    return torch.stack(rows)

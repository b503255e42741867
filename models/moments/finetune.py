"""Teach an encoder our labels. Needs torch (the training extra); everything else runs without it.

Two things make a small encoder learn from few calls. The head works on standardised vectors and starts as the best
layer on the untaught encoder (`_probe`): the vectors of an encoder like E5 share most of their length, and a head that
starts at random teaches the encoder nothing but noise until it collapses. And what is kept is the running mean of the
weights over the last steps, which serves unseen calls better than the last ones (B. Polyak, A. Juditsky 1992).
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.moments.encoder import MARKERS
from models.moments.labels import LABELS, Call, Message, MomentsError
from models.moments.reading import Piece, Reader
from models.moments.threads import one_thread

DROPOUT = 0.1
THREADS = 1  # always as many: sums that are shared out otherwise come out a little different
PROBE_C = 0.01
PROBE_BATCH, PROBE_BATCHES = 4, 60  # windows, and how many of them: enough to start from
SPREAD_FLOOR = 1e-6
MEAN_EVERY = 4  # steps
LAYER = re.compile(r"\b(?:layers?|h|blocks?)\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast.

    `lr`: of the encoder's last layer at its peak; each layer below learns `layer_decay` times as fast; `head_lr` is of
    the head. `kept`: the share of the running mean that stays at each of its updates.
    """

    epochs: int = 5
    batch: int = 4  # windows
    lr: float = 6e-5
    layer_decay: float = 0.95
    head_lr: float = 5e-4
    weight_decay: float = 0.01
    warmup: float = 0.1  # of all steps
    kept: float = 0.97


@dataclass(frozen=True)
class Pupil:
    """The encoder, and the head on its vectors less `mean`, divided by `spread`."""

    encoder: Any
    head: Any
    mean: Any
    spread: Any
    pad: int

    def log_odds(self, batch: Sequence[Piece], dropout: float = 0.0) -> Any:
        """(sentences of the batch, 8)."""
        import torch

        standard = (vectors_of(self.encoder, batch, self.pad) - self.mean) / self.spread
        return self.head(torch.nn.functional.dropout(standard, dropout))


def finetune(
    base: Path | str,
    out: Path,
    calls: Sequence[Call],
    seed: int,
    schedule: Schedule | None = None,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Train the Hugging Face encoder `base` (folder or name) on `calls`; write it with its head to `out`.

    Raises `MomentsError` where `base` is none.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(THREADS)
    encoder, tokenizer = _untaught(base)
    tokenizer.add_special_tokens({"additional_special_tokens": list(MARKERS.values())})
    if len(tokenizer) > encoder.config.vocab_size:
        encoder.resize_token_embeddings(len(tokenizer))
    reader = Reader(tokenizer, calls, random.Random(seed))  # noqa: S311
    with one_thread():
        pupil = _probe(encoder, reader)
    mean = _fit(pupil, reader, schedule or Schedule(), progress)
    encoder.load_state_dict(mean["encoder"].state_dict())
    encoder.save_pretrained(out)
    tokenizer.save_pretrained(out)
    weight = mean["head"].weight.detach() / pupil.spread
    bias = mean["head"].bias.detach() - weight @ pupil.mean
    torch.save({"weight": weight, "bias": bias}, out / "head.pt")


def _untaught(base: Path | str) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    try:
        return AutoModel.from_pretrained(base), AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise MomentsError(
            Message(
                f"{base} を Hugging Face のエンコーダーとして読めません。フォルダーか名前を確かめてください。名前で"
                "指定するときは、ネットワークか手元の控えが要ります。",
                f"{base} cannot be read as a Hugging Face encoder. Check the folder or the name; a name needs the"
                " network or a copy kept here.",
            )
        ) from error


def _fit(pupil: Pupil, reader: Reader, schedule: Schedule, progress: Callable[[int, float], None]) -> Any:
    """The running mean of encoder and head."""
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    both = torch.nn.ModuleDict({"encoder": pupil.encoder, "head": pupil.head})
    mean = AveragedModel(both, multi_avg_fn=get_ema_multi_avg_fn(schedule.kept))  # type: ignore[no-untyped-call, unused-ignore]
    optimizer = torch.optim.AdamW(_groups(pupil, schedule), weight_decay=schedule.weight_decay, fused=True)
    total = schedule.epochs * (len(reader.epoch()) // schedule.batch + 1)  # an epoch has a few more or fewer pieces
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / total, schedule.warmup))
    pupil.encoder.train()
    step = 0
    for _ in range(schedule.epochs):
        for batch in reader.batches(reader.epoch(), schedule.batch):
            loss = _loss(pupil, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(pupil.encoder.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            step += 1
            if step % MEAN_EVERY == 0:
                mean.update_parameters(both)
            progress(step, loss.item())
    mean.update_parameters(both)
    return mean.module.eval()


def _groups(pupil: Pupil, schedule: Schedule) -> list[dict[str, Any]]:
    """Parameters with their rates: layers near the words know the language already and change least."""
    depth = int(pupil.encoder.config.num_hidden_layers)
    groups = []
    for name, parameter in pupil.encoder.named_parameters():
        found = LAYER.search(name)
        below = depth - 1 - int(found[1]) if found else depth if "embed" in name else 0
        groups.append({"params": [parameter], "lr": schedule.lr * schedule.layer_decay**below})
    return [*groups, {"params": list(pupil.head.parameters()), "lr": schedule.head_lr, "weight_decay": 0.0}]


def _probe(encoder: Any, reader: Reader) -> Pupil:
    """Start the head as the best layer on the untaught encoder (linear probing, then fine-tuning: A. Kumar 2022)."""
    import torch
    from sklearn.linear_model import LogisticRegression

    encoder.eval()
    batches = reader.batches(reader.plain(), PROBE_BATCH)[:PROBE_BATCHES]
    with torch.no_grad():
        vectors = torch.cat([vectors_of(encoder, batch, reader.pad) for batch in batches])
    targets = torch.tensor([row for batch in batches for piece in batch for row in piece.targets]).numpy()
    mean, spread = vectors.mean(0), vectors.std(0) + SPREAD_FLOOR
    standard = ((vectors - mean) / spread).double().numpy()
    head = torch.nn.Linear(vectors.shape[1], len(LABELS))
    for row in range(len(LABELS)):
        known = targets[:, row] >= 0
        model = LogisticRegression(C=PROBE_C, max_iter=300)
        model.fit(standard[known], targets[known, row])
        head.weight.data[row] = torch.tensor(model.coef_[0])
        head.bias.data[row] = float(model.intercept_[0])
    return Pupil(encoder, head, mean, spread, reader.pad)


def _rate(done: float, warmup: float) -> float:
    return min(done / warmup, max(0.0, (1 - done) / (1 - warmup)))


def _loss(pupil: Pupil, batch: Sequence[Piece]) -> Any:
    import torch

    logits = pupil.log_odds(batch, DROPOUT)
    targets = torch.tensor([row for piece in batch for row in piece.targets])
    known = targets >= 0
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known])


def vectors_of(encoder: Any, batch: Sequence[Piece], pad: int) -> Any:
    """(sentences of the batch, 2·H): what `Encoder.vectors` gives, with gradients."""
    import torch

    longest = max(len(piece.ids) for piece in batch)
    ids = torch.tensor([piece.ids + [pad] * (longest - len(piece.ids)) for piece in batch])
    mask = torch.tensor([[1] * len(piece.ids) + [0] * (longest - len(piece.ids)) for piece in batch])
    with torch.autocast("cpu", torch.bfloat16):
        hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return torch.cat([_sentence_vectors(hidden[i].float(), piece) for i, piece in enumerate(batch)])


def _sentence_vectors(hidden: Any, piece: Piece) -> Any:
    """(sentences, 2·H): the marker's state and the mean over the sentence's tokens."""
    import torch

    ends = [*piece.marks[1:], len(piece.ids) - 1]
    rows = [torch.cat([hidden[start], hidden[start:end].mean(0)]) for start, end in zip(piece.marks, ends, strict=True)]
    return torch.stack(rows)

"""`train_moments`: from labelled calls to a model that may replace the one in use, and the card that says what it can.

What is fitted here: the first stage, the linear layer on the encoder's vectors, calibration and thresholds. The
encoder itself is taught by `finetune` (which needs torch) and comes in a folder, as `export` wrote it.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.moments.calibration import fit_layer, fit_mix, fit_thresholds, targets_of
from models.moments.card import ModelCard, card_of, write_card
from models.moments.classify import load_classifier
from models.moments.data import in_split, read_calls
from models.moments.encoder import MODEL_FILE, OnnxEncoder
from models.moments.first_stage import FirstStage, fit_first_stage, write_first_stage
from models.moments.head import HEAD_FILE, TAUGHT_FILE, Floats, Head, read_head, write_head
from models.moments.labels import LABELS, Call, Message, MomentsError
from models.moments.manifest import MANIFEST, SHIPPED, write_manifest
from models.moments.ngrams import Ngrams, fit_ngrams, write_ngrams
from models.moments.noise import excerpts, recognised

VERSION = "1"


def train_moments(
    data_dir: Path, out_dir: Path, seed: int, *, encoder_dir: Path = SHIPPED, reviewed: Sequence[Call] = ()
) -> ModelCard:
    """Fit a model on the calls of `data_dir` and `reviewed` (calls of the store that QA has corrected).

    Writes it to `out_dir` unless the model already there is better on the same validation calls; the card says which
    (`replaced`), and is the same for the same data, encoder and seed. Raises `MomentsError` where the data holds no
    training or no validation calls, or the encoder cannot be read.
    """
    calls = [*read_calls(data_dir), *reviewed]
    train, validation = in_split(calls, "train"), in_split(calls, "validation")
    _check(train, validation, data_dir)
    encoder = OnnxEncoder(encoder_dir)
    stage = fit_first_stage(train)
    ngrams, head = fit_head(encoder, train, validation, read_head(encoder_dir / TAUGHT_FILE), seed)
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent) as scratch:
        folder = Path(scratch)
        _write(folder, encoder_dir, stage, ngrams, head)
        new = load_classifier(folder)
        in_use = load_classifier(out_dir) if (out_dir / MANIFEST).exists() else None
        card = card_of(new, in_use, train, validation, seed)
        if card.replaced:
            write_card(card, folder)
            _move(folder, out_dir)
    return card


def fit_head(
    encoder: OnnxEncoder, train: Sequence[Call], validation: Sequence[Call], prior: Head, seed: int
) -> tuple[Ngrams, Head]:
    """N-grams and layer from the training calls (the layer near `prior`); mix and thresholds from the validation calls.

    Each call is read as it is and as a recogniser might have written it; to learn from, also in excerpts.
    """
    train = [*train, *recognised(train, seed), *excerpts(train, seed)]
    validation = [*validation, *recognised(validation, seed)]
    ngrams = fit_ngrams([call.sentences for call in train], targets_of(train))
    weights, bias = fit_layer(read(encoder, train), targets_of(train), prior.weights, prior.bias)
    layer = Head(weights, bias, prior.mix, prior.offset, prior.threshold)
    words = np.concatenate([ngrams.log_odds(call.sentences, range(len(call.sentences))) for call in validation])
    return ngrams, calibrate(layer, read(encoder, validation), words, targets_of(validation))


def calibrate(layer: Head, vectors: NDArray[np.float32], words: Floats, targets: Floats) -> Head:
    """The layer with mix and thresholds from sentences that neither it nor the n-grams were fitted on."""
    mix, offset = fit_mix(layer.log_odds(vectors, words), targets)
    mixed = replace(layer, mix=mix, offset=offset)
    return replace(mixed, threshold=fit_thresholds(mixed.probabilities(vectors, words), targets))


def read(encoder: OnnxEncoder, calls: Sequence[Call]) -> NDArray[np.float32]:
    """(sentences, 2·H): every sentence of the calls, in its context."""
    return np.concatenate([encoder.vectors(call.sentences, range(len(call.sentences))) for call in calls])


def _check(train: Sequence[Call], validation: Sequence[Call], data_dir: Path) -> None:
    """Every label must be there to be learnt, and to be measured."""
    for split, calls in (("train", train), ("validation", validation)):
        borne = {label for call in calls for labels in call.labels for label in labels}
        missing = ", ".join(label for label in LABELS if label not in borne)
        if missing:
            raise MomentsError(
                Message(
                    f"{data_dir} の split が {split} の通話に、{missing} の付いた文がありません。足してください。",
                    f"No sentence of the {split} calls in {data_dir} bears {missing}. Add some.",
                )
            )


def _write(folder: Path, encoder_dir: Path, stage: FirstStage, ngrams: Ngrams, head: Head) -> None:
    copied = sorted(
        path.name for path in encoder_dir.iterdir() if path.name.startswith(("tokenizer", MODEL_FILE, TAUGHT_FILE))
    )
    for name in copied:
        shutil.copyfile(encoder_dir / name, folder / name)
    write_first_stage(stage, folder)
    write_ngrams(ngrams, folder)
    write_head(head, folder / HEAD_FILE)
    made = (path.name for path in folder.iterdir())
    write_manifest(folder, VERSION, tuple(sorted(made)))


def _move(folder: Path, out_dir: Path) -> None:
    """The manifest last: until it is there, a crash leaves checksums that do not match, and loading says so."""
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: name == MANIFEST)
    for name in names:
        (folder / name).replace(out_dir / name)

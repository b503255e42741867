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

from models.moments.calibration import fit_layer, targets_of
from models.moments.card import ModelCard, card_of, write_card
from models.moments.classify import MomentClassifier, load_classifier
from models.moments.crossfit import evidence_by_wording, fit_decision
from models.moments.data import in_split, read_calls
from models.moments.encoder import MODEL_FILE, TORCH_CONFIG, TORCH_FILE, Encoder, OnnxEncoder
from models.moments.first_stage import fit_first_stage, write_first_stage
from models.moments.head import HEAD_FILE, TAUGHT_FILE, Head, read_head, write_head
from models.moments.labels import HEARD, LABELS, Call, Message, MomentsError
from models.moments.manifest import MANIFEST, NAME, SHIPPED, Manifest, write_manifest
from models.moments.ngrams import LETTERS_FILE, SOUNDS_FILE, Ngrams, fit_ngrams, write_ngrams
from models.moments.noise import excerpts, recognised
from models.moments.sounds import Sounds
from models.moments.threads import one_thread

VERSION = "3"
DRAWS = 2  # of what a recogniser might write, for the n-grams
UNNAMED = Manifest(NAME, "", {})  # of a model that is still being fitted


def train_moments(
    data_dir: Path, out_dir: Path, seed: int, *, encoder_dir: Path = SHIPPED, reviewed: Sequence[Call] = ()
) -> ModelCard:
    """Fit a model on the calls of `data_dir` and `reviewed` (calls of the store that QA has corrected).

    Writes it to `out_dir` unless the model already there is better on the same validation calls; the card says which
    (`replaced`), and is the same for the same data, encoder and seed. Raises `MomentsError` where the data holds no
    training or no validation calls, or the encoder cannot be read.
    """
    calls = read_calls(data_dir)
    train, validation = [*in_split(calls, "train"), *reviewed], in_split(calls, "validation")
    _check(train, validation, data_dir)
    encoder = OnnxEncoder(encoder_dir)
    with one_thread():
        stage = fit_first_stage(train)
        letters, sounds = fit_words(train, seed)
        layer = fit_on_vectors(encoder, train, read_head(encoder_dir / TAUGHT_FILE))
        classifier = MomentClassifier(UNNAMED, stage, encoder, letters, sounds, layer)
        evidence = evidence_by_wording(classifier, validation, seed)
        decision = fit_decision(layer, evidence)
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent) as scratch:
        folder = Path(scratch)
        _write(folder, encoder_dir, replace(classifier, head=decision))
        new = load_classifier(folder)
        in_use = load_classifier(out_dir) if (out_dir / MANIFEST).exists() else None
        card = card_of(new, in_use, train, evidence, seed)
        if card.replaced:
            write_card(card, folder)
            _move(folder, out_dir)
    return card


def fit_words(train: Sequence[Call], seed: int) -> tuple[Ngrams, Ngrams]:
    """The n-grams of letters and of sounds, from each call as it is, as a recogniser might write it, in excerpts."""
    written = [call for call in train if call.form != HEARD]
    misheard = [call for draw in range(DRAWS) for call in recognised(written, seed + draw)]
    worded = [*train, *misheard, *excerpts(train, seed)]
    targets, spoken = targets_of(worded), Sounds()
    letters = fit_ngrams([call.sentences for call in worded], targets)
    return letters, fit_ngrams([spoken.of(call.sentences) for call in worded], targets)


def fit_on_vectors(encoder: Encoder, train: Sequence[Call], prior: Head) -> Head:
    """The layer on the encoder's vectors, near `prior`.

    That one learnt from all wordings of the calls, which is why the calls as they are suffice to fit it anew.
    """
    weights, bias = fit_layer(read(encoder, train), targets_of(train), prior.weights, prior.bias)
    return replace(prior, weights=weights, bias=bias)


def read(encoder: Encoder, calls: Sequence[Call]) -> NDArray[np.float32]:
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


def _write(folder: Path, encoder_dir: Path, made: MomentClassifier) -> None:
    of_encoder = ("tokenizer", MODEL_FILE, TAUGHT_FILE, TORCH_FILE, TORCH_CONFIG)
    copied = sorted(path.name for path in encoder_dir.iterdir() if path.name.startswith(of_encoder))
    for name in copied:
        shutil.copyfile(encoder_dir / name, folder / name)
    write_first_stage(made.first_stage, folder)
    write_ngrams(made.letters, folder / LETTERS_FILE)
    if made.sounds:
        write_ngrams(made.sounds, folder / SOUNDS_FILE)
    write_head(made.head, folder / HEAD_FILE)
    write_manifest(folder, VERSION, tuple(sorted(path.name for path in folder.iterdir())))


def _move(folder: Path, out_dir: Path) -> None:
    """The manifest last: until it is there, a crash leaves checksums that do not match, and loading says so."""
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: name == MANIFEST)
    for name in names:
        (folder / name).replace(out_dir / name)

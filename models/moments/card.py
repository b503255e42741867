"""The model card: what a model was trained on, what it can, how sure its figures are, and whether it may be used."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.moments.chart import reliability_svg
from models.moments.classify import MomentClassifier
from models.moments.crossfit import Evidence, Judged, cross_fitted, evidence_of, judged
from models.moments.figures import Curve, Figures, confusion, curve_of, reliability
from models.moments.labels import LABELS, Call, Message, MomentsError

CARD_FILE = "card.json"
CHART_FILE = "reliability.svg"
WORST = 20
TOLERANCE = 0.002  # a new model may be this much worse in macro-F1: less than one sentence's worth
COMPARED = ("clean", "recognised")  # the wordings in which it may not be worse


@dataclass(frozen=True, slots=True)
class Worst:
    """A sentence that the model is surest to be wrong about: where it is, never what was said."""

    call_id: str
    sentence: int  # from 0, in the order of the call
    label: str
    borne: bool
    probability: float


@dataclass(frozen=True)
class ModelCard:
    """Figures on the validation calls, each judged with the mix and thresholds that the other calls gave.

    By wording: `clean` as they are written, `recognised` as a recogniser might write them, `heard` as one did (only
    where the data holds transcripts). All else is of the clean wording. `scores` and `scores_in_use` compare the model
    with the one that was there before (None where there was none), both as they decide.
    """

    version: str
    seed: int
    training_calls: int
    training_sentences: int
    training_labels: dict[str, int]
    figures: dict[str, Figures]
    false_per_100: dict[str, float | None]  # labels given per 100 sentences of the calls that bear none, by wording
    by_industry: dict[str, tuple[float, float]]  # macro-F1 of the operator's and of the customer's labels
    reliability: list[tuple[float, float, int]]  # stated, observed, how many
    confusion: dict[str, dict[str, int]]
    worst: list[Worst]
    thresholds: dict[str, float]
    curves: dict[str, Curve]  # what other thresholds would give
    first_stage_recall: float
    first_stage_dismissed: float
    scores: dict[str, float]
    scores_in_use: dict[str, float] | None
    replaced: bool


def card_of(
    new: MomentClassifier,
    in_use: MomentClassifier | None,
    train: Sequence[Call],
    evidence: Mapping[str, Evidence],
    seed: int,
) -> ModelCard:
    """Measure `new` by its `evidence` on the validation calls, and compare it with the model in use on the same."""
    fair = cross_fitted(new.head, evidence)
    clean = fair["clean"]
    targets, written = clean.evidence.targets, clean.evidence.calls
    scores, before = _scores(new, evidence, seed), None
    if in_use:
        before = _scores(in_use, {name: evidence_of(in_use, evidence[name].calls) for name in COMPARED}, seed)
    known, positive = targets >= 0, (targets == 1).any(axis=1)
    return ModelCard(
        version=new.manifest.version,
        seed=seed,
        training_calls=len(train),
        training_sentences=sum(len(call.sentences) for call in train),
        training_labels=dict(Counter(label for call in train for labels in call.labels for label in sorted(labels))),
        figures={name: found.figures(seed) for name, found in fair.items()},
        false_per_100={name: found.false_per_100() for name, found in fair.items()},
        by_industry=_by_industry(clean, written, seed),
        reliability=reliability(clean.probabilities[known], targets[known]),
        confusion=confusion(clean.given, targets),
        worst=_worst(clean, written),
        thresholds={label: round(float(new.head.threshold[row]), 3) for row, label in enumerate(LABELS)},
        curves={label: curve_of(clean.probabilities[:, row], targets[:, row]) for row, label in enumerate(LABELS)},
        first_stage_recall=float(clean.evidence.kept[positive].mean()),
        first_stage_dismissed=float(1 - clean.evidence.kept.mean()),
        scores=scores,
        scores_in_use=before,
        replaced=before is None or all(scores[name] >= before[name] - TOLERANCE for name in COMPARED),
    )


def write_card(card: ModelCard, folder: Path) -> None:
    """Write `card.json`, and the reliability plot beside it."""
    record = json.dumps(asdict(card), indent=1, ensure_ascii=False)
    (folder / CARD_FILE).write_text(record + "\n", encoding="utf-8")
    (folder / CHART_FILE).write_text(reliability_svg(card.reliability), encoding="utf-8")


def read_curves(folder: Path) -> tuple[dict[str, float], dict[str, Curve]]:
    """The model's own thresholds, and what others would give, from its card. Raises `MomentsError`."""
    path = folder / CARD_FILE
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return record["thresholds"], {label: Curve(**curve) for label, curve in record["curves"].items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MomentsError(
            Message(
                f"{path} をモデルカードとして読めません。kouken train moments で作り直してください。",
                f"{path} cannot be read as a model card. Make the model anew with kouken train moments.",
            )
        ) from error


def _scores(classifier: MomentClassifier, evidence: Mapping[str, Evidence], seed: int) -> dict[str, float]:
    return {name: judged(classifier.head, evidence[name]).figures(seed).score for name in COMPARED}


def _by_industry(found: Judged, calls: Sequence[Call], seed: int) -> dict[str, tuple[float, float]]:
    industries = np.array([call.industry for call in calls])[found.evidence.call]
    out = {}
    for industry in sorted(set(industries.tolist())):
        figures = found.figures(seed, industries == industry)
        out[industry] = (figures.operator_macro_f1, figures.customer_macro_f1)
    return out


def _worst(found: Judged, calls: Sequence[Call]) -> list[Worst]:
    targets = found.evidence.targets
    wrong = np.where(targets >= 0, np.abs(found.probabilities - targets), 0.0)
    places = [(call.call_id, index) for call in calls for index in range(len(call.sentences))]
    order = np.argsort(-wrong, axis=None, kind="stable")[:WORST]
    worst = []
    for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True):
        call_id, index = places[row]
        borne, probability = bool(targets[row, column] == 1), round(float(found.probabilities[row, column]), 3)
        worst.append(Worst(call_id, index, LABELS[column], borne, probability))
    return worst

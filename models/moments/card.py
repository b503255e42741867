"""The model card: what a model was trained on, what it can, how sure its figures are, and whether it may be used."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.moments.calibration import targets_of
from models.moments.classify import MomentClassifier
from models.moments.figures import Figures, confusion, figures_of, reliability
from models.moments.head import Floats
from models.moments.labels import LABELS, Call
from models.moments.noise import recognised

CARD_FILE = "card.json"
WORST = 20
TOLERANCE = 0.002  # a new model may be this much worse in macro-F1: less than one sentence's worth


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
    """Figures on the validation calls; `recognised` is of the same calls as a recogniser might write them."""

    version: str
    seed: int
    training_calls: int
    training_sentences: int
    training_labels: dict[str, int]
    clean: Figures
    recognised: Figures
    by_industry: dict[str, tuple[float, float]]  # macro-F1 of the operator's and of the customer's labels
    reliability: list[tuple[float, float, int]]  # stated, observed, how many
    confusion: dict[str, dict[str, int]]
    worst: list[Worst]
    first_stage_recall: float
    first_stage_dismissed: float
    in_use_score: float | None  # of the model that was there before; None where there was none
    replaced: bool


@dataclass(frozen=True)
class Judged:
    """What a model says of calls: (sentences, 8) each; −1 in targets where a label is not the speaker's."""

    probabilities: Floats
    given: NDArray[np.bool_]
    targets: Floats
    dismissed: NDArray[np.bool_]
    call: NDArray[np.int64]

    def figures(self, seed: int, only: NDArray[np.bool_] | None = None) -> Figures:
        """Of all the sentences, or of some."""
        rows = np.ones(len(self.call), dtype=bool) if only is None else only
        return figures_of(self.probabilities[rows], self.given[rows], self.targets[rows], self.call[rows], seed)


def judge(classifier: MomentClassifier, calls: Sequence[Call]) -> Judged:
    """Classify calls as the night does, first stage and all."""
    verdicts = [verdict for call in calls for verdict in classifier.classify(call.sentences)]
    return Judged(
        probabilities=np.array([[v.probabilities.get(label, 0.0) for label in LABELS] for v in verdicts]),
        given=np.array([[label in v.labels for label in LABELS] for v in verdicts]),
        targets=targets_of(calls),
        dismissed=np.array([v.dismissed for v in verdicts]),
        call=np.repeat(np.arange(len(calls)), [len(call.sentences) for call in calls]),
    )


def card_of(
    new: MomentClassifier,
    in_use: MomentClassifier | None,
    train: Sequence[Call],
    validation: Sequence[Call],
    seed: int,
) -> ModelCard:
    """Measure `new` on the validation calls, and the model in use on the same."""
    clean = judge(new, validation)
    noisy = judge(new, recognised(validation, seed))
    figures = clean.figures(seed)
    before = judge(in_use, validation).figures(seed).score if in_use else None
    positive = (clean.targets == 1).any(axis=1)
    return ModelCard(
        version=new.manifest.version,
        seed=seed,
        training_calls=len(train),
        training_sentences=sum(len(call.sentences) for call in train),
        training_labels=dict(Counter(label for call in train for labels in call.labels for label in sorted(labels))),
        clean=figures,
        recognised=noisy.figures(seed),
        by_industry=_by_industry(clean, validation, seed),
        reliability=reliability(clean.probabilities[clean.targets >= 0], clean.targets[clean.targets >= 0]),
        confusion=confusion(clean.given, clean.targets),
        worst=_worst(clean, validation),
        first_stage_recall=float((~clean.dismissed[positive]).mean()),
        first_stage_dismissed=float(clean.dismissed.mean()),
        in_use_score=before,
        replaced=before is None or figures.score >= before - TOLERANCE,
    )


def write_card(card: ModelCard, folder: Path) -> None:
    """Write `card.json`."""
    record = json.dumps(asdict(card), indent=1, ensure_ascii=False)
    (folder / CARD_FILE).write_text(record + "\n", encoding="utf-8")


def as_text(card: ModelCard) -> str:
    """The card for a terminal: figures per label, calibration, industries; names and numbers only."""
    lines = [
        f"{card.version}  seed {card.seed}  {card.training_calls} calls  {card.training_sentences} sentences",
        f"{'label':13} {'P':>6} {'R':>6} {'F1':>6}  95% CI          n  ECE    F1 recognised",
    ]
    for label, found in card.clean.labels.items():
        lines.append(
            f"{label:13} {found.precision:6.3f} {found.recall:6.3f} {found.f1:6.3f}"
            f"  [{found.ci_low:.3f}, {found.ci_high:.3f}]  {found.support:3}  {found.ece:.3f}"
            f"  {card.recognised.labels[label].f1:.3f}"
        )
    for name, figures in (("clean", card.clean), ("recognised", card.recognised)):
        operator, customer = figures.operator_macro_f1, figures.customer_macro_f1
        lines.append(f"{name}: macro F1 operator {operator:.3f} customer {customer:.3f}  ECE {figures.ece:.4f}")
    lines.append(f"first stage: recall {card.first_stage_recall:.4f}, dismisses {card.first_stage_dismissed:.3f}")
    lines += ["reliability (stated, observed, n):"]
    lines += [f"  {stated:.3f}  {observed:.3f}  {n}" for stated, observed, n in card.reliability]
    lines += [
        f"{name}: operator {operator:.3f} customer {customer:.3f}"
        for name, (operator, customer) in card.by_industry.items()
    ]
    if card.in_use_score is not None:
        lines.append(f"model in use {card.in_use_score:.4f}, this one {card.clean.score:.4f}")
    return "\n".join(lines)


def _by_industry(judged: Judged, calls: Sequence[Call], seed: int) -> dict[str, tuple[float, float]]:
    industries = np.array([call.industry for call in calls])[judged.call]
    out = {}
    for industry in sorted(set(industries.tolist())):
        figures = judged.figures(seed, industries == industry)
        out[industry] = (figures.operator_macro_f1, figures.customer_macro_f1)
    return out


def _worst(judged: Judged, calls: Sequence[Call]) -> list[Worst]:
    wrong = np.where(judged.targets >= 0, np.abs(judged.probabilities - judged.targets), 0.0)
    places = [(call.call_id, index) for call in calls for index in range(len(call.sentences))]
    order = np.argsort(-wrong, axis=None, kind="stable")[:WORST]
    found = []
    for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True):
        call_id, index = places[row]
        borne = bool(judged.targets[row, column] == 1)
        found.append(Worst(call_id, index, LABELS[column], borne, round(float(judged.probabilities[row, column]), 3)))
    return found

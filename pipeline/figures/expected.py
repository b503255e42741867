"""What to expect of the thresholds in force: precision and recall on the validation calls, from the model's card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from models.moments.card import CHART_FILE, read_curves
from models.moments.labels import LABELS, MomentsError
from models.moments.manifest import SHIPPED
from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.settings import MomentsSettings


@dataclass(frozen=True, slots=True)
class Expectation:
    """Of one label at one threshold; `source` says whose threshold it is."""

    label: str
    threshold: float
    precision: float
    recall: float
    source: Literal["model", "settings", "asked"]


def expectations(settings: MomentsSettings, asked: Sequence[float] = ()) -> tuple[Expectation, ...]:
    """Label by label: the threshold in force, then the `asked` ones.

    The figures are those of sentences that the classifier judges alone; the dictionary adds to what is found.
    Raises `KoukenError` where the card cannot be read.
    """
    return tuple(_expectations(settings, asked))


def reliability_plot(settings: MomentsSettings) -> str:
    """The SVG of the model in use. Raises `KoukenError` where there is none."""
    path = (settings.model or SHIPPED) / CHART_FILE
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise KoukenError(
            Text(f"図がありません: {path} ({error.strerror})", f"There is no plot: {path}: {error.strerror}")
        ) from None


def _expectations(settings: MomentsSettings, asked: Sequence[float]) -> Iterator[Expectation]:
    try:
        own, curves = read_curves(settings.model or SHIPPED)
    except MomentsError as error:
        raise KoukenError(error.message) from None
    chosen: dict[str, float] = {str(label): limit for label, limit in settings.thresholds.items()}
    for label in LABELS:
        threshold = chosen.get(label, own[label])
        yield Expectation(label, threshold, *curves[label].at(threshold), "settings" if label in chosen else "model")
        for other in asked:
            yield Expectation(label, other, *curves[label].at(other), "asked")

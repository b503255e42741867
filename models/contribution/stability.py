"""Would the answer have been another with other choices? The same estimate under other windows and horizons."""

from dataclasses import replace
from datetime import date

from models.contribution.estimate import estimate
from models.contribution.inference import Interval
from models.contribution.options import ANY, Options
from models.contribution.tables import Tables

CHOICES = {
    "as_chosen": (1.0, 1.0),
    "window_two_thirds": (2 / 3, 1.0),
    "window_four_thirds": (4 / 3, 1.0),
    "horizon_three_quarters": (1.0, 3 / 4),
}


def stability(tables: Tables, as_of: date, options: Options, name: str = ANY) -> dict[str, Interval | None]:
    """The effect on renewal of one moment per choice of window and horizon; None where it is refused.

    A shorter horizon may end before late renewals are in: it is shown to be compared, not to be believed by itself.
    """
    found: dict[str, Interval | None] = {}
    for choice, (window, horizon) in CHOICES.items():
        other = replace(
            options,
            window_days=round(options.window_days * window),
            horizon_days=round(options.horizon_days * horizon),
            only=(name,),
            repetitions=1,
            second_opinion=False,
        )
        found[choice] = estimate(tables, as_of, other).moments[name].effects.get("renewal")
    return found

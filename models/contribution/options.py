"""What can be chosen about an estimate, with the measured defaults."""

from dataclasses import dataclass, field

METHOD_VERSION = "aipw-4"
MOMENTS = ("appeal", "enablement", "proposal", "success_phrase")
ANY = "any"


@dataclass(frozen=True, slots=True)
class Lines:
    """Where an estimate is warned about or refused. Measured on invented centres, see the help page;
    those of customers are the usual ones for clusters (below about 20 no clustered error is to be trusted, below about
    50 it is unsteady: MacKinnon, Nielsen and Webb 2023).
    """

    refuse_terms: int = 200
    refuse_rarer_outcome: int = 50
    refuse_cell: int = 20
    warn_cell: int = 50
    refuse_ess: float = 0.10
    warn_ess: float = 0.20
    refuse_extreme: float = 0.25
    warn_extreme: float = 0.10
    refuse_customers: int = 20
    warn_customers: int = 50
    refuse_operators: int = 2
    operator_page: int = 5
    warn_operators: int = 10
    operator_calls: int = 10
    placebo_events: int = 20
    placebo_level: float = 0.05


@dataclass(frozen=True, slots=True)
class Options:
    """`window_days` before the due date hold the index call; outcomes count for `horizon_days` after it.

    `detector` gives precision and recall of the tagger per moment, for the attenuation shown beside the estimate.
    """

    window_days: int = 90
    horizon_days: int = 120
    folds: int = 5
    repetitions: int = 5
    seed: int = 20_260_401
    moments: tuple[str, ...] = MOMENTS
    only: tuple[str, ...] = ()  # of the moments and `any`: estimate just these; all are still adjusted for
    second_opinion: bool = True
    detector: dict[str, tuple[float, float]] = field(default_factory=dict)
    lines: Lines = Lines()

"""What customers say: CSAT and NPS from the last answer of each customer in a period."""

import pandas as pd

from models.figures.figure import Figure, Period

CSAT_SCALE = (1, 5)
NPS_SCALE = (0, 10)


def last_answers(
    snapshots: pd.DataFrame, column: str, period: Period, scale: tuple[int, int]
) -> "tuple[pd.Series[float], dict[str, int]]":
    """Each customer's last answer in the period (by customer_id), and how many answers were off the scale."""
    if column not in snapshots:
        return pd.Series(dtype="float64"), {}
    inside = snapshots[(snapshots["on"] >= period.opening) & (snapshots["on"] < period.closing)]
    answers = inside.dropna(subset=[column]).sort_values("on", kind="stable")
    fits = answers[column].between(*scale)
    last = answers[fits].drop_duplicates("customer_id", keep="last").set_index("customer_id")[column]
    off = int((~fits).sum())
    return last.astype("float64"), {"off_scale": off} if off else {}


def csat(snapshots: pd.DataFrame, period: Period) -> Figure:
    """CSAT 顧客満足度: answers of 4 or 5 on a scale of 1 to 5 ÷ answers.

    Answers 5, 4, 3, 1: 2 ÷ 4 = 0.5.
    """
    answers, off = last_answers(snapshots, "csat", period, CSAT_SCALE)
    good = int((answers >= 4).sum())
    value = good / len(answers) if len(answers) else None
    return Figure("csat", value, "rate", len(answers), good, len(answers), off)


def nps(snapshots: pd.DataFrame, period: Period) -> Figure:
    """NPS: % promoters (9, 10) − % detractors (0 to 6) on a scale of 0 to 10; from −100 to 100.

    Answers 10, 9, 8, 6: (2 − 1) ÷ 4 = 25.
    """
    answers, off = last_answers(snapshots, "nps", period, NPS_SCALE)
    balance = int((answers >= 9).sum()) - int((answers <= 6).sum())
    value = 100 * balance / len(answers) if len(answers) else None
    return Figure("nps", value, "score", len(answers), balance, len(answers), off)

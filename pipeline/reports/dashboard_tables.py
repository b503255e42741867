"""The dashboard as tables for Excel: exact yen, exact shares, one row per month and one per group."""

import pandas as pd

from models.scoring import CATEGORIES, REACTIONS
from pipeline.reports.dashboard import Dashboard, Retention
from pipeline.reports.talk import Talk
from pipeline.reports.workbook import Shown

MOMENTS = {"appeal": "魅力の伝達", "enablement": "成功の手助け", "proposal": "営業提案"}
REACTION_NAMES = {"accepted": "受諾", "welcomed": "歓迎", "deferred": "保留", "declined": "辞退", "none": "反応なし"}
_GROUPS = {"plan": "プラン", "industry": "業種", "region": "地域", "segment": "区分", "tier": "タッチ"}
_RETENTION = {
    "n": "期首のお客様",
    "opening_yen": "期首の月額(円)",
    "closing_yen": "期末の月額(円)",
    "nrr": "売上継続率 NRR",
    "grr": "GRR",
    "churn": "解約率(お客様数)",
    "revenue_churn": "解約・減額率(金額)",
    "upsell": "アップセル・クロスセル率",
    "price_yen": "増額の平均(月額、円)",
}

SHOWN: dict[str, Shown] = {
    **{_RETENTION[name]: "yen" for name in ("opening_yen", "closing_yen", "price_yen")},
    **{_RETENTION[name]: "rate" for name in ("nrr", "grr", "churn", "revenue_churn", "upsell")},
}


def dashboard_tables(board: Dashboard) -> dict[str, pd.DataFrame]:
    """Sheet name → table: the period beside the ones before, its months, its groups."""
    span = board.choice.span
    names = (span.name, span.before.name, span.year_before.name)
    told = zip(("この期間", "前の期間", "前年"), names, board.retention, board.talk, strict=True)
    periods = [{"": label, "期間": name, **_retained(kept), **_spoken(talk)} for label, name, kept, talk in told]
    months = [
        {"月": f"{month.month:%Y-%m}", **_retained(month.retention), **_spoken(month.talk)} for month in board.months
    ]
    groups = [
        {"区分": _GROUPS[dimension], "値": row.value, "時点": label, **_retained(kept)}
        for dimension, rows in board.groups.items()
        for row in rows
        for label, kept in (("この期間", row.now), ("前の期間", row.before), ("前年", row.year_before))
        if kept
    ]
    return {"期間": pd.DataFrame(periods), "月ごと": pd.DataFrame(months), "区分ごと": pd.DataFrame(groups)}


def _retained(found: Retention | None) -> dict[str, float | int | None]:
    return {label: getattr(found, name) if found else None for name, label in _RETENTION.items()}


def _spoken(talk: Talk) -> dict[str, float | int | None]:
    row: dict[str, float | int | None] = {"通話": talk.known, "解析": talk.calls, "発話": talk.utterances}
    for category in CATEGORIES:
        said, label = talk.moments[category], MOMENTS[category]
        row |= {f"{label}(回)": said.n, f"{label}(100発話あたり)": said.rate.value if said.rate else None}
        row |= {f"{label} {REACTION_NAMES[reaction]}": said.reactions[reaction] for reaction in REACTIONS}
    return row

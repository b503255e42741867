"""Operators as tables: what the pages show, for Excel and paper."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from models.scoring import CATEGORIES, REACTIONS
from pipeline.reports.dashboard_tables import MOMENTS, REACTION_NAMES
from pipeline.reports.operator_views import OperatorRow, OperatorView
from pipeline.reports.talk import ANY, Talk
from pipeline.reports.workbook import Shown

STANDINGS = {"above": "多い", "below": "少ない", "not_distinguishable": "差ははっきりしない"}
SHOWN: dict[str, Shown] = dict.fromkeys(
    ("話した割合", "沈黙の割合", "本人", "同僚", "差", "差 下限", "差 上限"), "rate"
)


def list_table(rows: Sequence[OperatorRow]) -> pd.DataFrame:
    """The list of operators, in order of id, under Japanese headers."""
    return pd.DataFrame([_listed(row) for row in rows])


def operator_tables(view: OperatorView) -> dict[str, pd.DataFrame]:
    """Sheet name → table: the periods beside each other, the comparison on like calls, the months."""
    span = view.span
    told = zip(("この期間", "前の期間", "前年"), (span, span.before, span.year_before), view.talk, strict=True)
    periods: list[dict[str, Any]] = [{"": label, "期間": item.name, **_spoken(talk)} for label, item, talk in told]
    periods.append({"": "同僚(この期間)", "期間": span.name, **_spoken(view.others)})
    missed = [
        {
            "用件": item.reason,
            "場面": MOMENTS[item.category],
            "本人": item.own_share,
            "同僚": item.others_share,
            "差": item.difference.value,
            "差 下限": item.difference.low,
            "差 上限": item.difference.high,
            "通話": item.calls,
        }
        for item in view.missed
    ]
    months = [{"月": f"{month.month:%Y-%m}", **_spoken(month.talk)} for month in view.months]
    return {
        "期間": pd.DataFrame(periods),
        "用件をそろえた比較": pd.DataFrame(_differences(view)),
        "同僚より少ない場面": pd.DataFrame(missed),
        "月ごと": pd.DataFrame(months),
    }


def _listed(row: OperatorRow) -> dict[str, Any]:
    found = row.compared
    return {
        "担当者ID": row.operator_id,
        "担当者名": row.name,
        "チーム": "、".join(row.teams),
        **_spoken(row.talk),
        "似た通話の同僚との差(100発話あたり)": found.value if found else None,
        "差の95%区間 下限": found.low if found else None,
        "差の95%区間 上限": found.high if found else None,
        "差の読み方": STANDINGS[found.standing] if found else "通話が足りません",
    }


def _differences(view: OperatorView) -> list[dict[str, Any]]:
    rows = []
    for category, found in view.differences.items():
        low, high = found.interval if found else (None, None)
        label = MOMENTS.get(category, "三つの合計")
        value = found.value if found else None
        rows.append({"場面": label, "差(100発話あたり)": value, "95%区間 下限": low, "95%区間 上限": high})
    return rows


def _spoken(talk: Talk) -> dict[str, Any]:
    row: dict[str, Any] = {
        "通話数": talk.calls,
        "発話": talk.utterances,
        "発話時間(分)": round(talk.operator_minutes, 1),
    }
    for category in (*CATEGORIES, ANY):
        said, label = talk.moments[category], MOMENTS.get(category, "三つの合計")
        row |= {label: said.n, f"{label}(100発話あたり)": said.rate.value if said.rate else None}
        if category != ANY:
            row |= {f"{label} {REACTION_NAMES[reaction]}": said.reactions[reaction] for reaction in REACTIONS}
    return row | {"スコア": talk.score.total, "話した割合": talk.talk_ratio, "沈黙の割合": talk.silence_share}

"""Evaluations as tables for a spreadsheet: one row each, and one row for each answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd

from pipeline.evaluations.scorecard_questions import points, share_of
from pipeline.store.evaluations import Evaluation
from pipeline.store.scorecards import FormVersion
from pipeline.values import TOKYO

STATES_JA = {"draft": "下書き", "shared": "共有済み", "appealed": "申し立て中", "final": "確定"}
EVALUATIONS, ANSWERS = "評価", "回答"
SHOWN = {"得点率": "rate", "得た割合": "rate"}
_COLUMNS = ("評価番号", "評価シート", "版", "通話ID", "担当者ID", "チーム", "評価者", "状態", "得点率", "講評",
            "共有日時", "本人の確認", "申し立て", "判断", "判断した人", "確定日時")  # fmt: skip
_ANSWER_COLUMNS = ("評価番号", "質問", "種類", "値", "得た割合", "重み", "コメント")
KINDS_JA = {"automatic": "自動", "yes_no": "はい・いいえ", "scale": "段階"}


def evaluation_tables(found: Sequence[Evaluation], forms: Mapping[int, FormVersion]) -> dict[str, pd.DataFrame]:
    """The two tables, by the name of their sheet. `forms` by version id."""
    rows = [_row(one, forms[one.version_id]) for one in found]
    answers = [row for one in found for row in _answers(one, forms[one.version_id])]
    return {
        EVALUATIONS: pd.DataFrame(rows, columns=list(_COLUMNS)),
        ANSWERS: pd.DataFrame(answers, columns=list(_ANSWER_COLUMNS)),
    }


def _row(one: Evaluation, form: FormVersion) -> tuple[object, ...]:
    return (
        one.evaluation_id, form.title, form.number, one.call_id, one.operator_id, one.team, one.evaluator,
        STATES_JA[one.state], points(form.questions, one.answers).share, one.remark, _when(one.shared_at),
        _when(one.acknowledged_at), one.appeal, one.decision, one.decided_by, _when(one.final_at),
    )  # fmt: skip


def _answers(one: Evaluation, form: FormVersion) -> list[tuple[object, ...]]:
    told: list[tuple[object, ...]] = []
    for question in form.questions:
        answer = one.answers.get(question.id)
        value = answer.value if answer else None
        share, comment = share_of(question, value), answer.comment if answer else ""
        kind = KINDS_JA[question.kind]
        told.append((one.evaluation_id, question.text, kind, value, share, question.weight, comment))
    return told


def _when(at: datetime | None) -> str | None:
    return at.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M") if at else None

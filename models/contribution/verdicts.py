"""When an estimate is refused, when it is shown with a warning, and how that is said: cause, then remedy."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from models.contribution.design import Design
from models.contribution.diagnostics import Overlap
from models.contribution.options import Lines
from models.contribution.text import Message

Status = Literal["ok", "warn", "refuse"]

NAMES = {
    "appeal": ("魅力の伝達", "appeal"),
    "enablement": ("成功の手助け", "enablement"),
    "proposal": ("営業提案", "proposal"),
    "success_phrase": ("成功フレーズ", "success phrase"),
    "any": ("いずれかの場面", "any of the moments"),
}
EXPERIMENT = Message(
    "experiment",
    "はっきり確かめるには、行う日と行わない日を無作為に決める実験(オン・オフ試験)をお使いください。",
    "To know for certain, run an on/off experiment: let chance decide on which days it is done.",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to warn or to refuse."""

    status: Literal["warn", "refuse"]
    message: Message


def verdict(findings: list[Finding]) -> tuple[Status, tuple[Message, ...]]:
    """The worst status, and the messages; whatever is not ok also offers the experiment."""
    if not findings:
        return "ok", ()
    refusals = [finding for finding in findings if finding.status == "refuse"]
    status: Status = "refuse" if refusals else "warn"
    shown = refusals or findings
    return status, (*dict.fromkeys(finding.message for finding in shown), EXPERIMENT)


def refuse(code: str, ja: str, en: str) -> Finding:
    """A reason to show no figure at all."""
    return Finding("refuse", Message(code, ja, en))


def warn(code: str, ja: str, en: str) -> Finding:
    """A reason to show the figure with a caveat, and to claim nothing."""
    return Finding("warn", Message(code, ja, en))


def judge_data(rows: pd.DataFrame, lines: Lines) -> list[Finding]:
    """The whole data set: enough matured terms, enough of the rarer outcome, enough customers and operators."""
    return [
        *_judge_terms(len(rows), int(rows["renewed"].sum()), lines),
        *_judge_customers(rows["customer_id"].nunique(), lines),
        *_judge_operators(rows["operator_id"].nunique(), lines),
    ]


def _judge_terms(terms: int, renewed: int, lines: Lines) -> list[Finding]:
    lost = terms - renewed
    if terms >= lines.refuse_terms and min(renewed, lost) >= lines.refuse_rarer_outcome:
        return []
    return [
        refuse(
            "too_few_terms",
            f"通話があり結果の期間も過ぎた契約は{terms}件、うち継続{renewed}件・継続なし{lost}件です。"
            f"{lines.refuse_terms}件以上、継続・継続なしそれぞれ{lines.refuse_rarer_outcome}件以上から推定します。"
            "契約と結果の表に、より長い期間を入れてください。",
            f"{terms} contract terms have a call and a finished horizon: {renewed} renewed, {lost} did not. "
            f"An estimate needs {lines.refuse_terms} terms and {lines.refuse_rarer_outcome} of each outcome. "
            "Load a longer period of contracts and outcomes.",
        )
    ]


def _judge_customers(customers: int, lines: Lines) -> list[Finding]:
    """Many terms of few customers are few observations: what one customer decides, all his terms share."""
    if customers < lines.refuse_customers:
        return [
            refuse(
                "too_few_customers",
                f"契約は多くても、お客様は{customers}だけです。数少ないお客様の都合と会話の効果を分けられないため、"
                f"{lines.refuse_customers}以上のお客様から推定します。",
                f"However many the terms, they belong to {customers} customers only, whose own reasons cannot be told "
                f"apart from what was said. An estimate needs {lines.refuse_customers} customers.",
            )
        ]
    if customers < lines.warn_customers:
        return [
            warn(
                "few_customers",
                f"お客様が{customers}と少ないため、推定は数少ないお客様に左右されます。"
                f"{lines.warn_customers}以上あると安定します。",
                f"With only {customers} customers the estimate hangs on a few of them; {lines.warn_customers} make it "
                "steady.",
            )
        ]
    return []


def _judge_operators(operators: int, lines: Lines) -> list[Finding]:
    if operators < lines.refuse_operators:
        return [
            refuse(
                "one_operator",
                "担当者が1人だけなので、話した内容の差と担当者の差を分けられません。ほかの担当者の通話も入れてください。",
                "There is only one operator, so what was said cannot be told apart from who said it. "
                "Load the calls of others too.",
            )
        ]
    if operators < lines.warn_operators:
        return [
            warn(
                "few_operators",
                f"担当者が{operators}人と少ないため、区間が広くなります。{lines.warn_operators}人以上あると安定します。",
                f"Only {operators} operators make the intervals wide; {lines.warn_operators} make them steady.",
            )
        ]
    return []


def judge_cells(design: Design, lines: Lines) -> list[Finding]:
    """Enough terms in each cell of exposure by outcome, and something to adjust for."""
    ja, en = NAMES[design.name]
    renewed = design.column("renewed") == 1
    cells = [int(np.sum((design.d == arm) & (renewed == kept))) for arm in (1, 0) for kept in (True, False)]
    counts_ja = f"あり: 継続{cells[0]}件・継続なし{cells[1]}件、なし: 継続{cells[2]}件・継続なし{cells[3]}件"
    counts_en = f"with: {cells[0]} renewed, {cells[1]} not; without: {cells[2]} renewed, {cells[3]} not"
    findings = []
    if min(cells) < lines.refuse_cell:
        findings.append(
            refuse(
                "cell_too_small",
                f"{ja}の有無と結果で分けると少なすぎる組があります({counts_ja})。どの組も{lines.refuse_cell}件から"
                "推定します。期間を延ばすか、対象を広げてください。",
                f"Split by {en} and outcome, a group is too small ({counts_en}); each needs {lines.refuse_cell}. "
                "Use a longer period or a wider scope.",
            )
        )
    elif min(cells) < lines.warn_cell:
        findings.append(
            warn(
                "cell_small",
                f"{ja}の有無と結果で分けると少ない組があります({counts_ja})。{lines.warn_cell}件以上あると安定します。",
                f"Split by {en} and outcome, a group is small ({counts_en}); {lines.warn_cell} would be steadier.",
            )
        )
    if design.x.empty or set(design.blocks.values()) <= {"operator", "others"}:
        findings.append(
            refuse(
                "no_covariates",
                "通話前にわかっていたお客様の情報がないため、似たお客様どうしを比べられません。"
                "健康度や利用状況の表(customer_snapshots)を入れてください。",
                "Nothing is known about the customers before the call, so like cannot be compared with like. "
                "Load customer_snapshots (health, usage).",
            )
        )
    return findings


def judge_overlap(name: str, overlap: Overlap, apart: str, lines: Lines) -> list[Finding]:
    """Whether comparable calls without the moment exist; `apart` is the column that tells the groups apart most."""
    ja, en = NAMES[name]
    effective, extreme = round(overlap.effective_controls), overlap.extreme_share
    if overlap.ess_ratio < lines.refuse_ess or extreme > lines.refuse_extreme:
        return [
            refuse(
                "no_overlap",
                f"似た状況のお客様のほぼ全員に{ja}を行っているため、比べる相手がいません"
                f"(実効比較数{effective}件、相手がほぼいない割合{extreme:.0%}、差が最も大きい項目は {apart})。"
                "行わない期間を設けるか、対象を広げてください。",
                f"Nearly all customers in like situations had {en}, so there is no one to compare with "
                f"({effective} effective comparisons; {extreme:.0%} have hardly any counterpart; most apart: {apart}). "
                "Leave it out for a while, or widen the scope.",
            )
        ]
    if overlap.ess_ratio < lines.warn_ess or extreme > lines.warn_extreme:
        return [
            warn(
                "thin_overlap",
                f"{ja}のない似た通話が少なめです(実効比較数{effective}件)。推定はこの少数に左右されます。"
                "行わない期間を設けると確かになります。",
                f"Few like calls lack {en} ({effective} effective comparisons), and the estimate hangs on them. "
                "Leaving it out for a while would make it firmer.",
            )
        ]
    return []


NO_OUTCOMES = refuse(
    "no_outcomes",
    "更新や解約の記録が一件もないため、会話のあとどうなったかがわかりません。"
    "outcomes に更新(renewed)と解約(churned)を入れてください。",
    "No renewal and no churn is on record, so what became of the contracts after the calls is not known. "
    "Put them into outcomes (renewed, churned).",
)
PLACEBO_FAILED = warn(
    "placebo_failed",
    "通話前の契約変動にまで「効果」が出ています。健康度などの要因が不足しているため、効果とは表示しません。"
    "お客様の状態を示す列を customer_snapshots に加えてください。",
    "Even contract changes from before the call show an “effect”, so a cause such as customer health is missing and "
    "nothing is called an effect. Add columns that tell how customers fare to customer_snapshots.",
)
NO_PLACEBO = warn(
    "no_placebo",
    "通話前のアップセルや減額の記録が少なく、推定の検算(プラセボ)ができません。"
    "outcomes に更新前の変動も入れてください。",
    "There are too few upsells or downgrades from before the calls to check the estimate by (placebo). "
    "Put earlier changes into outcomes too.",
)
NO_CONDITION = warn(
    "no_condition",
    "お客様の状態(健康度・利用状況など)を示す列がないため、元気なお客様に提案しやすいだけかもしれません。"
    "customer_snapshots を入れてください。",
    "No column tells how the customer fared (health, usage), so it may only be that healthy customers are pitched. "
    "Load customer_snapshots.",
)


def learners_differ(gap: float) -> Finding:
    """The two learners disagree by more than a standard error."""
    return warn(
        "learners_differ",
        f"計算方法を変えると推定が標準誤差の{gap:.1f}倍動きます。"
        "お客様の状態と結果の関係が込み入っているおそれがあります。"
        "件数が増えてから見直してください。",
        f"Another way of computing moves the estimate by {gap:.1f} standard errors; the relation between the "
        "customers' state and the outcome may be intricate. Look again when there are more terms.",
    )

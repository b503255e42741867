"""The four input tables: their columns, what a cell holds, and the headers by which a column is known.

Canonical frames have exactly these columns, in this order, then the file's further columns. Dtypes by `holds`:

==========  ==========================  =====================================================================
holds       dtype                       meaning
==========  ==========================  =====================================================================
id, text    string                      NFKC, trimmed; missing is NA
date        datetime64[s], midnight     Japanese calendar day; missing is NaT
time        datetime64[us, UTC]         a time without zone is Asia/Tokyo; missing is NaT, never now
yen         Int64                       whole yen
integer     Int64                       a count
number      Float64                     a score or a duration in seconds
flag        boolean                     yes or no
event       string                      one of EVENTS
phone       string                      keyed hash of the normalised number; `phone_last4` holds the last digits
==========  ==========================  =====================================================================

A further column is Float64 if every value in it is a number without leading zero, else string.

Why no schema library (pandera …): it checks a finished frame, which no longer knows the file's line, nor that 1.23E+11
or 5/1/2026 was written there. Here the cell is judged as it was typed, while it is read; the frames that come out have
these dtypes by construction, and a test holds every table to it.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["calls", "contracts", "outcomes", "customer_snapshots"]
Holds = Literal["id", "text", "date", "time", "yen", "integer", "number", "flag", "event", "phone"]
WhenEmpty = Literal["kept", "listed", "refused"]

EVENTS = ("renewed", "churned", "upsell", "cross_sell", "downgrade", "reactivated", "repeat_purchase")

DTYPES: dict[Holds, str] = {
    "id": "string",
    "text": "string",
    "date": "datetime64[s]",
    "time": "datetime64[us, UTC]",
    "yen": "Int64",
    "integer": "Int64",
    "number": "Float64",
    "flag": "boolean",
    "event": "string",
    "phone": "string",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its canonical name, what its cells hold, its other headers, and what an empty cell means."""

    name: str
    holds: Holds
    aliases: tuple[str, ...] = ()
    required: bool = False
    when_empty: WhenEmpty = "kept"


@dataclass(frozen=True, slots=True)
class TableShape:
    """The columns of one table; rows with equal `key` are one thing told twice (an empty key never is)."""

    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        """The column of that canonical name."""
        return next((column for column in self.columns if column.name == name), None)


def _must(name: str, holds: Holds, *aliases: str, when_empty: WhenEmpty = "refused") -> Column:
    return Column(name, holds, aliases, required=True, when_empty=when_empty)


def _may(name: str, holds: Holds, *aliases: str) -> Column:
    return Column(name, holds, aliases)


_CONTRACT = ("契約ID", "契約番号", "契約コード")
_CUSTOMER = ("顧客ID", "お客様ID", "顧客番号", "お客様番号", "顧客コード", "会員番号")
_PHONE = ("電話番号", "電話", "TEL", "発信者番号", "顧客電話番号", "phone_number")

CALLS = TableShape(
    "calls",
    (
        _must("call_id", "id", "通話ID", "コールID", "通話番号", "受付番号"),
        _must(
            "started_at",
            "time",
            "call_datetime",
            "開始日時",
            "通話開始日時",
            "通話日時",
            "受電日時",
            when_empty="listed",
        ),
        _must(
            "operator_id",
            "id",
            "担当者ID",
            "オペレーターID",
            "オペレータID",
            "オペレーター",
            "オペレータ",
            "担当者",
            "担当者コード",
            when_empty="listed",
        ),
        _may("recording", "text", "録音", "録音ファイル", "録音ファイル名", "ファイル名", "recordingfile"),
        _may("operator_name", "text", "担当者名", "オペレーター名", "オペレータ名"),
        _may("team", "text", "チーム", "部署", "グループ", "課"),
        _may("customer_id", "id", *_CUSTOMER),
        _may("contract_id", "id", *_CONTRACT),
        _may("phone", "phone", *_PHONE),
        _may("direction", "text", "方向", "発着信", "発着信区分"),
        _may("reason", "text", "用件", "問い合わせ理由", "問合せ理由", "お問い合わせ内容", "コールリーズン"),
        _may("queue", "text", "キュー", "窓口", "スキルグループ"),
        _may("duration_s", "number", "duration_sec", "通話時間", "通話秒数"),
        _may("n_success_phrase", "number"),
        _may("n_appeal", "number"),
        _may("n_enablement", "number"),
        _may("n_proposal", "number"),
        _may("assigned", "flag", "割付", "割り当て"),
    ),
    key=("call_id",),
)

CONTRACTS = TableShape(
    "contracts",
    (
        _must("contract_id", "id", *_CONTRACT),
        _must("customer_id", "id", *_CUSTOMER),
        _must("started_on", "date", "start_date", "契約開始日", "開始日", "利用開始日"),
        _must("mrr_yen", "yen", "mrr_start_yen", "開始時MRR", "月額", "月額料金", "月額費用", "月額金額", "MRR"),
        _may("term_months", "integer", "契約期間", "契約月数", "期間月数"),
        _may("renewal_due_on", "date", "renewal_due_date", "更新期日", "更新日", "更新予定日", "契約満了日", "満了日"),
        _may("ended_on", "date", "end_date", "契約終了日", "終了日", "解約日"),
        _may("plan", "text", "プラン", "プラン名", "契約プラン"),
        _may("industry", "text", "業種", "業界"),
        _may("region", "text", "地域", "エリア", "都道府県"),
        _may("segment", "text", "セグメント", "顧客区分"),
        _may("tier", "text", "タッチ", "タッチ区分", "ティア", "touch_tier"),
        _may("phone", "phone", *_PHONE),
    ),
    key=("contract_id", "started_on"),
)

OUTCOMES = TableShape(
    "outcomes",
    (
        _must("contract_id", "id", *_CONTRACT),
        _must("on", "date", "event_date", "発生日", "日付", "イベント日", "成立日"),
        _must("kind", "event", "event_type", "種別", "区分", "イベント", "成果"),
        _must("mrr_before_yen", "yen", "変更前月額", "前月額", "月額(変更前)", "mrr_before", when_empty="kept"),
        _must("mrr_after_yen", "yen", "変更後月額", "後月額", "月額(変更後)", "mrr_after", when_empty="kept"),
        _may("event_id", "id", "イベントID", "成果ID", "履歴ID"),
        _may("customer_id", "id", *_CUSTOMER),
        _may("one_off_yen", "yen", "一時金", "一時売上", "スポット売上", "単発売上"),
    ),
    key=("event_id",),
)

CUSTOMER_SNAPSHOTS = TableShape(
    "customer_snapshots",
    (
        _must("customer_id", "id", *_CUSTOMER),
        _must("on", "date", "snapshot_date", "基準日", "日付", "時点", "記録日"),
        _may("health_score", "number", "ヘルススコア", "健康スコア", "健康度"),
        _may("csat", "number", "顧客満足度"),
        _may("nps", "number", "NPS", "推奨度"),
    ),
    key=("customer_id", "on"),
)

SHAPES: dict[Kind, TableShape] = {shape.kind: shape for shape in (CALLS, CONTRACTS, OUTCOMES, CUSTOMER_SNAPSHOTS)}

ANNUAL_HEADERS = ("ARR", "arr_yen", "年額", "年額料金", "年間契約額", "年契約額")

_UNIT = re.compile(r"\((円|yen|jpy|秒|sec|s|か月|ヶ月|カ月|ヵ月|月|months?)\)$")
_GAPS = re.compile(r"[\s_\-・./]")


def header_key(header: str) -> str:
    """The form under which headers are compared: width, case, spaces and a unit in brackets do not matter.

    >>> header_key("  月額（円）") == header_key("月額")
    True
    """
    folded = unicodedata.normalize("NFKC", header).strip().casefold()
    return _GAPS.sub("", _UNIT.sub("", folded))


def known_headers(shape: TableShape) -> dict[str, str]:
    """Comparison key of every header by which a column of the table is known → canonical name."""
    return {header_key(header): column.name for column in shape.columns for header in (column.name, *column.aliases)}

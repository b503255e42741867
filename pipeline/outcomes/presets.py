"""Headers of exports that many centres have, mapped to canonical columns."""

import re
from collections.abc import Mapping

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.outcomes.columns import Kind

SALESFORCE: dict[Kind, dict[str, str]] = {
    "calls": {
        "Id": "call_id", "活動 ID": "call_id", "Activity ID": "call_id",
        "CreatedDate": "started_at", "作成日時": "started_at", "Created Date": "started_at",
        "OwnerId": "operator_id", "割り当て先 ID": "operator_id", "Assigned ID": "operator_id",
        "割り当て先": "operator_name", "Assigned": "operator_name",
        "AccountId": "customer_id", "取引先 ID": "customer_id", "Account ID": "customer_id",
        "CallDurationInSeconds": "duration_s", "通話時間 (秒)": "duration_s", "Call Duration": "duration_s",
        "CallType": "direction", "コール種別": "direction", "Call Type": "direction",
        "CallDisposition": "reason", "コール結果": "reason",
    },
    "contracts": {
        "ContractNumber": "contract_id", "契約番号": "contract_id", "Contract Number": "contract_id",
        "AccountId": "customer_id", "取引先 ID": "customer_id", "Account ID": "customer_id",
        "StartDate": "started_on", "契約開始日": "started_on", "Contract Start Date": "started_on",
        "EndDate": "renewal_due_on", "契約終了日": "renewal_due_on", "Contract End Date": "renewal_due_on",
        "ContractTerm": "term_months", "契約期間 (ヶ月)": "term_months", "Contract Term (months)": "term_months",
        "MRR__c": "mrr_yen",
        "業種": "industry", "Industry": "industry",
        "請求先 都道府県": "region", "BillingState": "region", "Billing State/Province": "region",
    },
    "outcomes": {
        "Id": "event_id", "商談 ID": "event_id", "Opportunity ID": "event_id",
        "ContractNumber": "contract_id", "契約番号": "contract_id", "Contract Number": "contract_id",
        "CloseDate": "on", "完了予定日": "on", "Close Date": "on",
        "Type": "kind", "商談種別": "kind",
        "MRR_Before__c": "mrr_before_yen", "MRR_After__c": "mrr_after_yen",
        "AccountId": "customer_id", "取引先 ID": "customer_id", "Account ID": "customer_id",
    },
    "customer_snapshots": {
        "AccountId": "customer_id", "取引先 ID": "customer_id", "Account ID": "customer_id",
        "SnapshotDate": "on", "As Of Date": "on", "基準日": "on",
    },
}  # fmt: skip

KINTONE: dict[Kind, dict[str, str]] = {
    "calls": {"レコード番号": "call_id", "作成日時": "started_at", "対応者": "operator_id"},
    "contracts": {"レコード番号": "contract_id", "取引先コード": "customer_id", "顧客レコード番号": "customer_id"},
    "outcomes": {"レコード番号": "event_id", "契約レコード番号": "contract_id", "更新日時": "on"},
    "customer_snapshots": {"取引先コード": "customer_id", "顧客レコード番号": "customer_id", "作成日時": "on"},
}

PRESETS: dict[str, dict[Kind, dict[str, str]]] = {"salesforce": SALESFORCE, "kintone": KINTONE}


_SALESFORCE_ID = re.compile(r"[0-9A-Za-z]{15}[0-5A-Z]{3}")


def short_salesforce_id(text: str) -> str:
    """The 15 characters that count of a Salesforce id of 18, whose last three repeat which letters are capitals.

    Reports give 15, Data Loader gives 18. Anything whose last three do not fit stays as it is.

    >>> short_salesforce_id("0015g00000ABcDeAAL"), short_salesforce_id("0015g00000ABcDeXXX")
    ('0015g00000ABcDe', '0015g00000ABcDeXXX')
    """
    if not _SALESFORCE_ID.fullmatch(text):
        return text
    check = ""
    for start in (0, 5, 10):
        bits = sum(letter.isupper() << place for place, letter in enumerate(text[start : start + 5]))
        check += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
    return text[:15] if text[15:] == check else text


def preset_headers(name: str, kind: Kind) -> Mapping[str, str]:
    """Header → canonical column. Raises `BadInput` for an unknown preset."""
    if name not in PRESETS:
        raise BadInput(
            Text(f"プリセット「{name}」はありません。", f"There is no preset “{name}”."),
            remedy=Text(f"使えるのは {'、'.join(PRESETS)} です。", f"Use one of {', '.join(PRESETS)}."),
        )
    return PRESETS[name][kind]

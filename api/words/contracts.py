"""Words of contracts, outcomes and how calls were joined to them."""

from collections.abc import Mapping

from api.words.word import Word, word_of

TABLES: Mapping[str, Word] = {
    "calls": word_of("通話", "Calls"),
    "contracts": word_of("契約", "Contracts"),
    "outcomes": word_of("成果", "Outcomes"),
    "customer_snapshots": word_of("お客様の状態", "Customer snapshots"),
}
JOIN_STATES: Mapping[str, Word] = {
    "matched": word_of("契約と結合", "Joined"),
    "ambiguous": word_of("候補が複数", "Several candidates"),
    "no_customer": word_of("お客様が不明", "Customer unknown"),
    "no_contract": word_of("契約が見つからない", "No contract found"),
}
OUTCOMES: Mapping[str, Word] = {
    "renewed": word_of("更新", "Renewed"),
    "churned": word_of("解約", "Churned"),
}
CONTRACT_EVENTS: Mapping[str, Word] = {
    **OUTCOMES,
    "started": word_of("契約の期の開始", "Term begins"),
    "due": word_of("更新の期日", "Renewal due"),
    "ended": word_of("契約の終了", "Contract ends"),
    "upsell": word_of("増額", "Upsell"),
    "cross_sell": word_of("追加の契約", "Cross-sell"),
    "downgrade": word_of("減額", "Downgrade"),
    "reactivated": word_of("再開", "Reactivated"),
    "repeat_purchase": word_of("追加の購入", "Repeat purchase"),
}
TIMINGS: Mapping[str, Word] = {
    "before": word_of("通話のあと", "after the call"),
    "late": word_of("通話から長い時間のあと", "long after the call"),
    "pending": word_of("まだ結果なし", "no outcome yet"),
    "after_outcome": word_of("通話より前", "before the call"),
    "time_unknown": word_of("通話日時が不明", "call time unknown"),
}
MEASURES: Mapping[str, Word] = {
    "nrr": word_of("売上継続率 NRR", "Net revenue retention"),
    "grr": word_of("売上維持率 GRR", "Gross revenue retention"),
    "logo_churn_rate": word_of("解約率(顧客数)", "Churn rate (customers)"),
    "mrr_churn_rate": word_of("解約率(月額)", "Churn rate (MRR)"),
    "n": word_of("月初の顧客数", "Customers at the month's opening"),
    "opening_yen": word_of("月初の月額", "MRR at the month's opening"),
    "churned": word_of("解約した顧客数", "Customers lost"),
    "new_customers": word_of("新しい顧客数", "New customers"),
    "new_yen": word_of("新しい顧客の月額", "MRR of new customers"),
}
TRACKS: Mapping[str, Word] = {
    "on_track": word_of("順調", "On track"),
    "off_track": word_of("遅れ", "Off track"),
    "no_data": word_of("実績なし", "No figure yet"),
}
DIMENSIONS: Mapping[str, Word] = {
    "plan": word_of("プラン", "Plan"),
    "tier": word_of("タッチ", "Touch tier"),
    "region": word_of("地域", "Region"),
    "industry": word_of("業種", "Industry"),
    "segment": word_of("セグメント", "Segment"),
}

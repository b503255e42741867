"""What each count of rows left out means, for the page that shows them."""

from models.contribution.text import Message

DROPPED_TEXTS: dict[str, Message] = {
    message.code: message
    for message in (
        Message("calls_after_outcome_excluded", "結果が出た当日以降の通話", "calls on or after the day of the outcome"),
        Message("duplicate_calls", "同じ通話IDの重複", "calls given twice"),
        Message("unknown_contract", "契約表にない契約・顧客の通話", "calls of contracts or customers not in the table"),
        Message("not_yet_mature", "結果の期間がまだ過ぎていない契約", "terms whose horizon is not over yet"),
        Message("calls_without_contract", "契約も顧客もわからない通話", "calls without contract or customer"),
        Message("ambiguous_contract", "どの契約か決められない通話", "calls that several contracts could mean"),
        Message("calls_before_term", "契約が始まる前の通話", "calls before the contract began"),
        Message("calls_outside_window", "更新日前の対象期間の外の通話", "calls outside the window before the due date"),
        Message("later_calls_of_a_term", "対象期間の2回目以降の通話", "second and later calls in the window"),
        Message("calls_in_the_future", "集計日より後の通話", "calls after the day of the extract"),
        Message("calls_without_time", "日時がわからない通話", "calls without a time"),
        Message("index_calls_without_operator", "担当者がわからない通話の契約", "terms whose call has no operator"),
        Message("terms_without_call", "対象期間に通話のない契約", "terms without a call in the window"),
        Message("duplicate_terms", "同じ契約・開始日の重複", "terms given twice"),
        Message("terms_without_start", "開始日のない契約", "terms without a start"),
        Message("due_before_start", "更新日が開始日以前の契約", "terms due on or before their start"),
        Message("implausible_mrr", "月額がありえない値の契約", "terms with an impossible MRR"),
        Message("terms_with_unusable_events", "使えない出来事を含む契約", "terms with an unusable event"),
        Message("duplicate_events", "同じ出来事の重複", "events given twice"),
        Message("events_unknown_contract", "契約表にない契約の出来事", "events of contracts not in the table"),
        Message("events_before_start", "契約開始より前の出来事", "events before the contract began"),
        Message("events_in_the_future", "集計日より後の出来事", "events after the day of the extract"),
        Message("events_implausible_amount", "金額がありえない出来事", "events with an impossible amount"),
        Message("events_without_date", "日付のない出来事", "events without a date"),
        Message("second_outcomes_of_a_term", "一つの契約期間の二つ目の結果", "second outcomes of one term"),
        Message(
            "counted_as_not_renewed_without_any_event",
            "期間内に更新も解約も記録がなく、継続なしと数えた契約",
            "terms counted as not renewed although no event says so",
        ),
        Message("snapshots_in_the_future", "集計日より後の状態の記録", "snapshots after the day of the extract"),
    )
}

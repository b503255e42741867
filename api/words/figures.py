"""Words of figures, estimates and the terms beside them."""

from collections.abc import Mapping

from api.words.word import Word, word_of

FIGURES: Mapping[str, Word] = {
    "cohort_customers": word_of(
        "対象のお客様",
        "Cohort",
        "期首に月額が0円より大きかったお客様。期中の新規は含みません。",
        "Customers with a monthly fee above zero at the opening; new customers are left out.",
    ),
    "NRR": word_of(
        "売上継続率 NRR",
        "NRR",
        "対象のお客様の期末の月額合計 ÷ 期首の月額合計。増額・減額・解約を含み、新規は含みません。",
        "The cohort's monthly revenue at the end ÷ at the start: growth, shrinkage and loss, no new customers.",
    ),
    "GRR_customer_capped": word_of(
        "増額を除く継続率 GRR",
        "GRR",
        "NRR から増額を除いたもの。お客様ごとに期首の月額を上限として数えます。100%を超えません。",
        "As NRR without growth: each customer is capped at the opening fee. Never above 100%.",
    ),
    "customer_churn_rate": word_of(
        "解約率(お客様数)",
        "Customer churn",
        "期末に月額がなくなったお客様 ÷ 期首のお客様。契約の一部だけをやめた方は含みません。",
        "Customers without any fee at the end ÷ customers at the start. Ending one of two contracts is not churn.",
    ),
    "gross_revenue_churn_rate": word_of(
        "解約・減額率(金額)",
        "Revenue churn",
        "期中の減額と解約による月額の減少の合計 ÷ 期首の月額合計。",
        "Every fall of the monthly fee in the period, by downgrade or churn ÷ the opening total.",
    ),
    "upsell_or_cross_sell_customer_rate": word_of(
        "アップセル・クロスセル率",
        "Expansion rate",
        "期中に増額または追加の契約があったお客様 ÷ 期首のお客様。",
        "Customers with at least one upsell or cross-sell in the period ÷ customers at the start.",
    ),
    "avg_expansion_unit_price_yen_per_month": word_of(
        "増額の平均(月額)",
        "Mean expansion",
        "増額・追加1件あたりの月額の増加。n は件数です。",
        "Rise of the monthly fee per upsell or cross-sell; n is the number of events.",
    ),
    "median_expansion_month_since_start": word_of(
        "増額の時期(中央値)",
        "Month of expansion",
        "契約開始から増額・追加までの月数の中央値。n は件数です。",
        "Calendar months from the customer's start to the event, median; n is the number of events.",
    ),
}
TERMS: Mapping[str, Word] = {
    "interval": word_of(
        "95%区間",
        "95% interval",
        "同じ条件で通話を集め直したとき、値がこのくらい動くという幅。狭いほど確かです。",
        "How much the value would move if calls were gathered anew. The narrower, the surer.",
    ),
    "effect": word_of(
        "効果(推定)",
        "Effect (estimate)",
        "似た状況どうしを比べて計算した値で、直接測ったものではありません。幅(区間)とあわせて読みます。",
        "Computed by comparing like with like, not measured directly. Read it with its interval.",
    ),
    "difference": word_of(
        "差(推定)",
        "Difference (estimate)",
        "似た契約どうしを比べた差の推定。偶然でないとまでは言えません。",
        "The estimated difference between like contracts; chance is not ruled out.",
    ),
    "association": word_of(
        "関連(因果ではない)",
        "Association (not cause)",
        "一緒に起きやすいこと。一方がもう一方の原因だとまでは言えません。",
        "They tend to occur together; that one causes the other cannot be said.",
    ),
    "per_ten": word_of(
        "10分あたり",
        "per 10 min",
        "オペレーターが話した時間(相づちを除く)10分あたりの回数。",
        "Number per ten minutes of operator speech, back-channels left out.",
    ),
    "score": word_of(
        "スコア",
        "Score",
        "場面の回数を、お客様の反応で重みづけし、0〜100にしたもの。50が目安の回数です。",
        "Moments weighted by the customer's reaction, mapped to 0–100; 50 is the reference rate.",
    ),
    "success_phrases": word_of(
        "成功フレーズ",
        "Success phrases",
        "辞書のフレーズをオペレーターが口にした回数(打ち消されたものを除く)。",
        "Dictionary phrases said by the operator, cancelled ones left out.",
    ),
    "entry_hits": word_of(
        "当たり",
        "Hits",
        "最新のレポートの通話で、その夜の辞書が見つけた回数(打ち消されたものを除く)。",
        "How often the dictionary of the newest report's night found it in its calls, cancelled ones left out.",
    ),
    "precision": word_of(
        "適合率",
        "Precision",
        "無作為に選んだ当たりを人が確かめ、正しかった割合。線は95%区間、縦の細線は基準の80%。",
        "Share of a random sample of hits that people found right; the line is the 95% interval, the hairline the"
        " limit of 80%.",
    ),
}
STANDINGS: Mapping[str, Word] = {
    "above": word_of("平均より高い", "above the average"),
    "below": word_of("平均より低い", "below the average"),
    "not_distinguishable": word_of("平均と区別できません", "not distinguishable from the average"),
}
EXPOSURES: Mapping[str, Word] = {
    "any": word_of("いずれかの場面", "Any of the moments"),
    "appeal": word_of("魅力の伝達", "Appeal"),
    "enablement": word_of("成功の手助け", "Enablement"),
    "proposal": word_of("営業提案", "Proposal"),
    "success_phrase": word_of("成功フレーズ", "Success phrase"),
}
SUBGROUPS: Mapping[str, Word] = {
    "by_reason": word_of("用件別", "By reason"),
    "by_plan": word_of("プラン別", "By plan"),
    "by_tier": word_of("タッチ別", "By touch tier"),
}
DOSES: Mapping[str, Word] = {
    "once": word_of("1回だけあった通話", "Said once"),
    "twice_or_more": word_of("2回以上あった通話", "Said twice or more"),
}
CHOICES: Mapping[str, Word] = {
    "as_chosen": word_of("この期間", "As chosen"),
    "window_two_thirds": word_of("期限前の期間を3分の2に", "Window of two thirds"),
    "window_four_thirds": word_of("期限前の期間を3分の4に", "Window of four thirds"),
    "horizon_three_quarters": word_of("結果を見る期間を4分の3に", "Horizon of three quarters"),
}
EFFECTS: Mapping[str, Word] = {
    "renewal": word_of("継続率", "Renewal"),
    "upsell": word_of("増額・追加のあった割合", "Upsell or cross-sell"),
    "mrr_delta_yen": word_of("月額(1件あたり)", "Monthly fee (each)"),
}

"""Names and definitions of the figures, for people. The definition stands beside every figure that is shown."""

from dataclasses import dataclass

from models.figures.figure import Label


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure is called and how it is counted, in both languages."""

    name: Label
    text: Label


def _defined(ja: str, en: str, text_ja: str, text_en: str) -> Definition:
    return Definition(Label(ja, en), Label(text_ja, text_en))


_NRR = _defined(
    "売上継続率(NRR)", "Net revenue retention (NRR)",
    "期首に契約のあった顧客の期末 MRR ÷ 期首 MRR。新規の顧客は含みません。",
    "MRR at the end ÷ MRR at the start, of the customers with MRR at the start. No new customers.",
)  # fmt: skip
_GRR = _defined(
    "売上維持率(GRR)", "Gross revenue retention (GRR)",
    "顧客ごとに期首 MRR を上限とした期末 MRR の合計 ÷ 期首 MRR。100% を超えません。",
    "MRR at the end, each customer capped at their MRR at the start, ÷ MRR at the start. Never above 100 %.",
)  # fmt: skip
_LOGO_CHURN = _defined(
    "解約率(顧客数)", "Customer churn rate",
    "期末に MRR がなくなった顧客 ÷ 期首の顧客。契約の一部だけをやめた顧客は含みません。",
    "Customers without MRR at the end ÷ customers at the start. Ending one of several contracts is not churn.",
)  # fmt: skip
_MRR_CHURN = _defined(
    "解約率(MRR、総額)", "Gross revenue churn rate",
    "期間中の解約と減額の合計 ÷ 期首 MRR。出来事ごとに数えます。",
    "Churn and contraction in the period ÷ MRR at the start, counted by event.",
)  # fmt: skip
_EXPANSION = _defined(
    "アップセル・クロスセル率", "Upsell or cross-sell rate",
    "期間中に一度でもアップセルかクロスセルのあった顧客 ÷ 期首の顧客。",
    "Customers with at least one upsell or cross-sell in the period ÷ customers at the start.",
)  # fmt: skip
_PRICE = _defined(
    "アップセル・クロスセルの平均単価(月)", "Mean upsell or cross-sell price per month",
    "MRR の増加額の合計 ÷ 件数(円、四捨五入)。年額は 12 倍です。",
    "Sum of the increases of MRR ÷ number of events, in whole yen. Twelve times that is a year.",
)  # fmt: skip
_MONTH = _defined(
    "アップセル・クロスセルまでの月数(中央値)", "Median month of upsell or cross-sell",
    "顧客の最初の契約開始から出来事までの暦月の差の中央値。",
    "Median difference in calendar months from the customer's first start to the event.",
)  # fmt: skip

DEFINITIONS: dict[str, Definition] = {
    "cohort_customers": _defined(
        "期首の顧客数", "Customers at the start", "期首に MRR のある顧客の数。", "Customers with MRR at the start."
    ),
    "NRR": _NRR,
    "nrr": _NRR,
    "GRR_customer_capped": _GRR,
    "grr": _GRR,
    "customer_churn_rate": _LOGO_CHURN,
    "logo_churn_rate": _LOGO_CHURN,
    "gross_revenue_churn_rate": _MRR_CHURN,
    "mrr_churn_rate": _MRR_CHURN,
    "net_mrr_churn_rate": _defined(
        "解約率(MRR、純額)", "Net revenue churn rate",
        "(解約と減額 − 増額)÷ 期首 MRR。1 − NRR と同じです。",
        "(Churn and contraction − expansion) ÷ MRR at the start, which is 1 − NRR.",
    ),
    "upsell_or_cross_sell_customer_rate": _EXPANSION,
    "expansion_rate": _EXPANSION,
    "upsell_rate": _defined(
        "アップセル率", "Upsell rate",
        "期間中に一度でもアップセルのあった顧客 ÷ 期首の顧客。",
        "Customers with at least one upsell in the period ÷ customers at the start.",
    ),
    "cross_sell_rate": _defined(
        "クロスセル率", "Cross-sell rate",
        "期間中に一度でもクロスセルのあった顧客 ÷ 期首の顧客。",
        "Customers with at least one cross-sell in the period ÷ customers at the start.",
    ),
    "avg_expansion_unit_price_yen_per_month": _PRICE,
    "mean_expansion_price_yen": _PRICE,
    "mean_upsell_price_yen": _defined(
        "アップセルの平均単価(月)", "Mean upsell price per month",
        "アップセルによる MRR の増加額の合計 ÷ 件数(円、四捨五入)。",
        "Sum of the increases of MRR by upsells ÷ their number, in whole yen.",
    ),
    "median_expansion_month_since_start": _MONTH,
    "median_expansion_month": _MONTH,
    "expanded_within_12_months": _defined(
        "12か月以内に拡大した顧客", "Customers expanded within 12 months",
        "契約開始から 12 か月以内に最初のアップセルかクロスセルのあった顧客の割合(カプラン・マイヤー)。",
        "Share of customers with a first upsell or cross-sell within 12 months of their start (Kaplan–Meier).",
    ),
    "repeat_rate": _defined(
        "リピート率", "Repeat rate",
        "期間中に一度でも再購入のあった顧客 ÷ 期首の顧客。",
        "Customers with at least one repeat purchase in the period ÷ customers at the start.",
    ),
    "arpa_yen": _defined(
        "顧客あたり月額(ARPA)", "Revenue per account a month (ARPA)",
        "その日の MRR ÷ MRR のある顧客の数。", "MRR on the day ÷ customers with MRR on that day.",
    ),
    "ltv_basic_yen": _defined(
        "LTV(基本式)", "LTV (basic)",
        "平均単価 × 頻度 × 継続期間 × 粗利率。継続期間は解約した顧客の平均なので、短めに出ます。",
        "Mean price × frequency × duration × margin. The duration is that of customers who left: on the short side.",
    ),
    "ltv_from_churn_yen": _defined(
        "LTV(解約率から)", "LTV (from churn)",
        "ARPA × 粗利率 ÷ 月次解約率。解約率が年数で変わらないと仮定します。",
        "ARPA × margin ÷ monthly churn rate. Assumes that churn does not change with age.",
    ),
    "ltv_observed_yen": _defined(
        "LTV(観察値、推奨)", "LTV (observed, recommended)",
        "ARPA × 粗利率 × 継続曲線(カプラン・マイヤー)の面積。観察できた月までなので、控えめな値です。",
        "ARPA × margin × area under the Kaplan–Meier curve, up to the last month watched: a floor.",
    ),
    "ltv_discounted_yen": _defined(
        "LTV(成長と割引を含む)", "LTV (with growth and discount)",
        "観察値に、継続顧客の MRR の伸びと割引率を月ごとに掛けたもの。",
        "The observed value with the growth of staying customers' MRR and a discount, month by month.",
    ),
    "csat": _defined(
        "顧客満足度(CSAT)", "Customer satisfaction (CSAT)",
        "5 段階で 4 か 5 の回答 ÷ 回答。顧客ごとに期間中の最後の回答を使います。",
        "Answers of 4 or 5 on a scale of 1 to 5 ÷ answers; each customer's last answer in the period.",
    ),
    "nps": _defined(
        "NPS", "NPS",
        "推奨者(9・10)の割合 − 批判者(0〜6)の割合。顧客ごとに期間中の最後の回答を使います。",
        "Share of promoters (9, 10) − share of detractors (0 to 6); each customer's last answer in the period.",
    ),
}  # fmt: skip

UNCOVERED: dict[str, Label] = {
    "unknown_contract": Label("契約表にない契約の成果", "outcomes of contracts that are not in the table"),
    "before_start": Label("契約開始より前の日付の成果", "outcomes dated before their contract began"),
    "chain_broken": Label("変更前の月額が直前の値と合わない成果", "outcomes whose MRR before is not what it was"),
    "yearly_suspected": Label("年額が混じっている疑いのある成果", "outcomes whose amount may be yearly"),
    "near_renewal_other_line": Label(
        "更新の前後に始まり、別の契約として数えたもの", "contracts begun near a renewal, counted beside it"
    ),
    "ended_without_event": Label(
        "終了日があるのに解約の記録がない契約(継続として数えた)",
        "contracts with an end but no churn event (counted as running)",
    ),
    "off_scale": Label("尺度の外の回答", "answers off the scale"),
}

"""The closed codes of the pipeline as words for people, with one plain sentence on what each means."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.audio.notes import NOTES
from pipeline.language import Text


@dataclass(frozen=True, slots=True)
class Word:
    """A name and its meaning."""

    name: Text
    meaning: Text


def _word(ja: str, en: str, meaning_ja: str = "", meaning_en: str = "") -> Word:
    return Word(Text(ja, en), Text(meaning_ja, meaning_en))


MOMENTS: Mapping[str, Word] = {
    "appeal": _word(
        "魅力の伝達",
        "Appeal",
        "使うことの良さを、お客様に感じてもらう言葉。使う場面、得られること、ほかのお客様の声など。",
        "Words that let the customer feel what is good about using it: a scene of use, a benefit, others' experience.",
    ),
    "enablement": _word(
        "成功の手助け",
        "Enablement",
        "問い合わせの解決を超えて、うまく使えるように手を貸す言葉。目的を尋ねる、機能を一緒に試す、使い方を教えるなど。",
        "Help to succeed beyond closing the enquiry: asking about aims, trying a function together, showing how.",
    ),
    "proposal": _word(
        "営業提案",
        "Proposal",
        "上位プラン、オプション、更新、見積もりなど、契約にかかわる次の一歩の提案。",
        "A commercial next step: a higher plan, an option, a renewal, a quotation.",
    ),
}
SIGNALS: Mapping[str, Word] = {
    "interest": _word("関心", "Interest", "示されたことを喜んだり、詳しく尋ねたりした。", "Asks for or welcomes it."),
    "satisfaction": _word(
        "満足",
        "Satisfaction",
        "うまくいったこと、満足していることを口にした。",
        "Says that it worked or that they are pleased.",
    ),
    "decline": _word("辞退", "Decline", "示されたことを断った。", "Turns it down."),
    "complaint": _word("不満", "Complaint", "不満を口にした。", "Expresses dissatisfaction."),
    "churn_risk": _word(
        "解約示唆",
        "Churn risk",
        "やめること、使っていないこと、乗り換えることを口にした、またはほのめかした。",
        "Says or hints at leaving, not using it, or moving to a competitor.",
    ),
}
LABELS = {**MOMENTS, **SIGNALS}
REACTIONS: Mapping[str, Word] = {
    "accepted": _word("受諾", "Accepted", "勧めを受け入れた。", "The customer took it up."),
    "welcomed": _word("歓迎", "Welcomed", "関心や満足を示した。", "The customer showed interest or pleasure."),
    "deferred": _word("保留", "Deferred", "その場では決めなかった。", "The customer left it open."),
    "declined": _word("辞退", "Declined", "断った。", "The customer turned it down."),
    "none": _word("反応なし", "None", "はっきりした反応がなかった。", "There was no clear reaction."),
}
SPEAKERS: Mapping[str, Word] = {
    "operator": _word("オペレーター", "Operator"),
    "customer": _word("お客様", "Customer"),
    "unknown": _word("話者不明", "Unknown speaker"),
}
FILE_STATES: Mapping[str, Word] = {
    "done": _word("解析済み", "Done", "書き起こしと判定が終わった録音。", "Transcribed and analysed."),
    "waiting": _word("待機", "Waiting", "次の夜に解析する録音。", "To be analysed in the next night."),
    "quarantined": _word(
        "隔離", "Quarantined", "解析できず、理由とともに除けてある録音。", "Set aside with the reason why."
    ),
    "skipped": _word(
        "重複など",
        "Skipped",
        "同じ内容の録音がほかにあるなどで、解析しない録音。",
        "For example a second copy of a recording.",
    ),
}
NIGHT_STATES: Mapping[str, Word] = {
    "running": _word("実行中", "Running"),
    "done": _word("完了", "Done"),
    "stopped": _word(
        "中断",
        "Stopped",
        "終わった分は保存済み。次の実行で続きから進みます。",
        "What was finished is kept; the next run goes on.",
    ),
    "failed": _word(
        "失敗",
        "Failed",
        "途中で終わりました。確定済みの分は残っていて、次の実行で続きから進みます。",
        "It ended half way. What was committed stays; the next run goes on from there.",
    ),
}
FLAGS: Mapping[str, Word] = {
    "backchannel": _word("相づち", "Back-channel", "発話時間に数えません。", "Not counted as speech time."),
    "estimated_speaker": _word("話者は推定", "Speaker estimated", "声と話し方による。", "By voice and wording."),
    "suspect_invented": _word("聞き違いの疑い(定型句)", "Suspect: stock phrase"),
    "suspect_silence": _word("聞き違いの疑い(無音)", "Suspect: silence"),
    "suspect_loop": _word("聞き違いの疑い(繰り返し)", "Suspect: loop"),
    "suspect_rate": _word("聞き違いの疑い(速すぎる)", "Suspect: too fast"),
    "suspect_language": _word("聞き違いの疑い(外国語)", "Suspect: language"),
    "suspect_empty": _word("聞き取れず", "Nothing recognised"),
}
AUDIO_NOTES: Mapping[str, Word] = {code: Word(text, Text("", "")) for code, text in NOTES.items()}
CANCELLATIONS: Mapping[str, Word] = {
    "quotation": _word("引用", "Quotation"),
    "hearsay": _word("伝聞", "Hearsay"),
    "withdrawal": _word("打ち消し(取り下げ)", "Withdrawn"),
    "negation": _word("否定", "Negated"),
    "check_question": _word("確認の質問", "Only checked"),
    "condition": _word("仮定", "Only supposed"),
    "classifier": _word("前後から見て別の意味", "Something else in its context"),
    "threshold": _word("確率がしきい値に届かず", "Just below its threshold"),
}
MATCH_LEVELS: Mapping[str, Word] = {
    "surface": _word("表記で一致", "matched as written"),
    "normalized": _word("表記ゆれを含めて一致", "matched by normalised form"),
    "reading": _word("読みで一致", "matched by reading"),
    "meaning": _word("例文と意味が近い", "close in meaning to an example"),
}
MASKS: Mapping[str, Word] = {
    "card": _word("カード番号", "card number"),
    "security_code": _word("セキュリティコード", "security code"),
    "my_number": _word("マイナンバー", "My Number"),
    "phone": _word("電話番号", "phone number"),
    "email": _word("メールアドレス", "e-mail address"),
    "postal_code": _word("郵便番号", "postal code"),
    "address": _word("住所", "address"),
    "name": _word("お名前", "name"),
}
CALL_RULES: Mapping[str, Word] = {
    "recording": _word("通話表の録音名で", "by the recording named in the calls table"),
    "file_name": _word("ファイル名で", "by file name"),
    "unlisted": _word("通話表に行なし", "not in the calls table"),
    "duplicate": _word("同じ内容の録音", "same content as another file"),
    "preset": _word("名前から", "told by its name"),
    "unparsed": _word("名前が読めない", "name cannot be read"),
    "spare_text": _word("同じ通話の録音か書き起こしがほかにある", "the call is there as a recording or another text"),
    "mixed": _word("左右別の録音があるため不要", "both sides are there as files of their own"),
    "erased": _word("消去済み", "erased on request"),
}
JOIN_STATES: Mapping[str, Word] = {
    "matched": _word("契約と結合", "Joined"),
    "ambiguous": _word("候補が複数", "Several candidates"),
    "no_customer": _word("お客様が不明", "Customer unknown"),
    "no_contract": _word("契約が見つからない", "No contract found"),
}
OUTCOMES: Mapping[str, Word] = {
    "renewed": _word("更新", "Renewed"),
    "churned": _word("解約", "Churned"),
}
CONTRACT_EVENTS: Mapping[str, Word] = {
    **OUTCOMES,
    "started": _word("契約の期の開始", "Term begins"),
    "due": _word("更新の期日", "Renewal due"),
    "ended": _word("契約の終了", "Contract ends"),
    "upsell": _word("増額", "Upsell"),
    "cross_sell": _word("追加の契約", "Cross-sell"),
    "downgrade": _word("減額", "Downgrade"),
    "reactivated": _word("再開", "Reactivated"),
    "repeat_purchase": _word("追加の購入", "Repeat purchase"),
}
MEASURES: Mapping[str, Word] = {
    "nrr": _word("売上継続率 NRR", "Net revenue retention"),
    "grr": _word("売上維持率 GRR", "Gross revenue retention"),
    "logo_churn_rate": _word("解約率(顧客数)", "Churn rate (customers)"),
    "mrr_churn_rate": _word("解約率(月額)", "Churn rate (MRR)"),
    "n": _word("月初の顧客数", "Customers at the month's opening"),
    "opening_yen": _word("月初の月額", "MRR at the month's opening"),
    "churned": _word("解約した顧客数", "Customers lost"),
    "new_customers": _word("新しい顧客数", "New customers"),
    "new_yen": _word("新しい顧客の月額", "MRR of new customers"),
}
TRACKS: Mapping[str, Word] = {
    "on_track": _word("順調", "On track"),
    "off_track": _word("遅れ", "Off track"),
    "no_data": _word("実績なし", "No figure yet"),
}
STANDINGS: Mapping[str, Word] = {
    "above": _word("平均より高い", "above the average"),
    "below": _word("平均より低い", "below the average"),
    "not_distinguishable": _word("平均と区別できません", "not distinguishable from the average"),
}
TIMINGS: Mapping[str, Word] = {
    "before": _word("通話のあと", "after the call"),
    "late": _word("通話から長い時間のあと", "long after the call"),
    "pending": _word("まだ結果なし", "no outcome yet"),
    "after_outcome": _word("通話より前", "before the call"),
    "time_unknown": _word("通話日時が不明", "call time unknown"),
}
TABLES: Mapping[str, Word] = {
    "calls": _word("通話", "Calls"),
    "contracts": _word("契約", "Contracts"),
    "outcomes": _word("成果", "Outcomes"),
    "customer_snapshots": _word("お客様の状態", "Customer snapshots"),
}
VERSIONS: Mapping[str, Word] = {
    "kouken": _word("Kouken", "Kouken"),
    "speech": _word("書き起こし", "Transcription"),
    "dictionary": _word("フレーズ辞書", "Dictionary"),
    "rules": _word("場面の判定", "Moment rules"),
    "formula": _word("スコアの式", "Score formula"),
}
DIMENSIONS: Mapping[str, Word] = {
    "plan": _word("プラン", "Plan"),
    "tier": _word("タッチ", "Touch tier"),
    "region": _word("地域", "Region"),
    "industry": _word("業種", "Industry"),
    "segment": _word("セグメント", "Segment"),
}
FIGURES: Mapping[str, Word] = {
    "cohort_customers": _word(
        "対象のお客様",
        "Cohort",
        "期首に月額が0円より大きかったお客様。期中の新規は含みません。",
        "Customers with a monthly fee above zero at the opening; new customers are left out.",
    ),
    "NRR": _word(
        "売上継続率 NRR",
        "NRR",
        "対象のお客様の期末の月額合計 ÷ 期首の月額合計。増額・減額・解約を含み、新規は含みません。",
        "The cohort's monthly revenue at the end ÷ at the start: growth, shrinkage and loss, no new customers.",
    ),
    "GRR_customer_capped": _word(
        "増額を除く継続率 GRR",
        "GRR",
        "NRR から増額を除いたもの。お客様ごとに期首の月額を上限として数えます。100%を超えません。",
        "As NRR without growth: each customer is capped at the opening fee. Never above 100%.",
    ),
    "customer_churn_rate": _word(
        "解約率(お客様数)",
        "Customer churn",
        "期末に月額がなくなったお客様 ÷ 期首のお客様。契約の一部だけをやめた方は含みません。",
        "Customers without any fee at the end ÷ customers at the start. Ending one of two contracts is not churn.",
    ),
    "gross_revenue_churn_rate": _word(
        "解約・減額率(金額)",
        "Revenue churn",
        "期中の減額と解約による月額の減少の合計 ÷ 期首の月額合計。",
        "Every fall of the monthly fee in the period, by downgrade or churn ÷ the opening total.",
    ),
    "upsell_or_cross_sell_customer_rate": _word(
        "アップセル・クロスセル率",
        "Expansion rate",
        "期中に増額または追加の契約があったお客様 ÷ 期首のお客様。",
        "Customers with at least one upsell or cross-sell in the period ÷ customers at the start.",
    ),
    "avg_expansion_unit_price_yen_per_month": _word(
        "増額の平均(月額)",
        "Mean expansion",
        "増額・追加1件あたりの月額の増加。n は件数です。",
        "Rise of the monthly fee per upsell or cross-sell; n is the number of events.",
    ),
    "median_expansion_month_since_start": _word(
        "増額の時期(中央値)",
        "Month of expansion",
        "契約開始から増額・追加までの月数の中央値。n は件数です。",
        "Calendar months from the customer's start to the event, median; n is the number of events.",
    ),
}
TERMS: Mapping[str, Word] = {
    "interval": _word(
        "95%区間",
        "95% interval",
        "同じ条件で通話を集め直したとき、値がこのくらい動くという幅。狭いほど確かです。",
        "How much the value would move if calls were gathered anew. The narrower, the surer.",
    ),
    "effect": _word(
        "効果(推定)",
        "Effect (estimate)",
        "似た状況どうしを比べて計算した値で、直接測ったものではありません。幅(区間)とあわせて読みます。",
        "Computed by comparing like with like, not measured directly. Read it with its interval.",
    ),
    "difference": _word(
        "差(推定)",
        "Difference (estimate)",
        "似た契約どうしを比べた差の推定。偶然でないとまでは言えません。",
        "The estimated difference between like contracts; chance is not ruled out.",
    ),
    "association": _word(
        "関連(因果ではない)",
        "Association (not cause)",
        "一緒に起きやすいこと。一方がもう一方の原因だとまでは言えません。",
        "They tend to occur together; that one causes the other cannot be said.",
    ),
    "per_ten": _word(
        "10分あたり",
        "per 10 min",
        "オペレーターが話した時間(相づちを除く)10分あたりの回数。",
        "Number per ten minutes of operator speech, back-channels left out.",
    ),
    "score": _word(
        "スコア",
        "Score",
        "場面の回数を、お客様の反応で重みづけし、0〜100にしたもの。50が目安の回数です。",
        "Moments weighted by the customer's reaction, mapped to 0–100; 50 is the reference rate.",
    ),
    "success_phrases": _word(
        "成功フレーズ",
        "Success phrases",
        "辞書のフレーズをオペレーターが口にした回数(打ち消されたものを除く)。",
        "Dictionary phrases said by the operator, cancelled ones left out.",
    ),
    "entry_hits": _word(
        "当たり",
        "Hits",
        "最新のレポートの通話で、その夜の辞書が見つけた回数(打ち消されたものを除く)。",
        "How often the dictionary of the newest report's night found it in its calls, cancelled ones left out.",
    ),
    "precision": _word(
        "適合率",
        "Precision",
        "無作為に選んだ当たりを人が確かめ、正しかった割合。線は95%区間、縦の細線は基準の80%。",
        "Share of a random sample of hits that people found right; the line is the 95% interval, the hairline the"
        " limit of 80%.",
    ),
}


EXPOSURES: Mapping[str, Word] = {
    "any": _word("いずれかの場面", "Any of the moments"),
    "appeal": _word("魅力の伝達", "Appeal"),
    "enablement": _word("成功の手助け", "Enablement"),
    "proposal": _word("営業提案", "Proposal"),
    "success_phrase": _word("成功フレーズ", "Success phrase"),
}
SUBGROUPS: Mapping[str, Word] = {
    "by_reason": _word("用件別", "By reason"),
    "by_plan": _word("プラン別", "By plan"),
    "by_tier": _word("タッチ別", "By touch tier"),
}
DOSES: Mapping[str, Word] = {
    "once": _word("1回だけあった通話", "Said once"),
    "twice_or_more": _word("2回以上あった通話", "Said twice or more"),
}
CHOICES: Mapping[str, Word] = {
    "as_chosen": _word("この期間", "As chosen"),
    "window_two_thirds": _word("期限前の期間を3分の2に", "Window of two thirds"),
    "window_four_thirds": _word("期限前の期間を3分の4に", "Window of four thirds"),
    "horizon_three_quarters": _word("結果を見る期間を4分の3に", "Horizon of three quarters"),
}
EFFECTS: Mapping[str, Word] = {
    "renewal": _word("継続率", "Renewal"),
    "upsell": _word("増額・追加のあった割合", "Upsell or cross-sell"),
    "mrr_delta_yen": _word("月額(1件あたり)", "Monthly fee (each)"),
}

ENTRY_STATES: Mapping[str, Word] = {
    "published": _word("公開中", "In force"),
    "draft": _word("下書き", "In a draft"),
    "in_review": _word("確認待ち", "In review"),
    "approved": _word("承認済み", "Approved"),
    "retired": _word("廃止", "Retired", "探さなくなった項目。これまでの当たりは残ります。", "No longer looked for."),
}
DRAFT_STATES: Mapping[str, Word] = {
    **{code: ENTRY_STATES[code] for code in ("draft", "in_review", "approved")},
    "published": _word("公開済み", "Published"),
    "discarded": _word("取りやめ", "Given up"),
}
ENTRY_FIELDS: Mapping[str, Word] = {
    "phrase": _word("フレーズ", "Phrase"),
    "category": _word("分類", "Category"),
    "levels": _word("見つけ方", "Found by"),
    "weight": _word("重み", "Weight"),
    "status": _word("状態", "Status"),
    "owner": _word("担当", "Owner"),
    "note": _word("メモ", "Note"),
    "similarity": _word("意味の近さの下限", "Least similarity"),
    "examples": _word("当たる例文", "Examples"),
    "counter_examples": _word("当たってはいけない例文", "Counter-examples"),
    "surface": _word("表記", "Written"),
    "readings": _word("読み", "Readings"),
    "misheard": _word("よくある誤認識", "Misheard as"),
    "words": _word("言葉", "Words"),
}
LEVELS: Mapping[str, Word] = {
    "surface": _word("表記のまま", "as written"),
    "normalized": _word("表記ゆれ・活用", "normalised"),
    "reading": _word("読み(聞き違い)", "reading"),
    "meaning": _word("意味の近さ", "meaning"),
}
PRECISION_STANDINGS: Mapping[str, Word] = {
    "under": _word("基準を下回る", "under the limit"),
    "doubtful": _word("基準に届かないかもしれない", "perhaps under the limit"),
    "fine": _word("基準を満たす", "at the limit or above"),
    "unknown": _word("まだわからない", "not known yet"),
}
WORK_KINDS: Mapping[str, Word] = {
    "trial": _word("これまでの通話で試す", "Trial on stored calls"),
    "review": _word("公開すると変わること", "What publication would change"),
    "compare": _word("版の比較", "Comparison of versions"),
    "submit": _word("確認に出す", "Asking for review"),
    "publish": _word("公開", "Publication"),
    "candidates": _word("新しい言い回しの候補", "Candidates"),
}
PUBLICATIONS: Mapping[str, Word] = {
    "starter": _word("製品に付属", "Shipped"),
    "draft": _word("公開", "Published"),
    "rollback": _word("前の版に戻す", "Rolled back"),
    "words": _word("単語登録", "Word list"),
}


ROLES: Mapping[str, Word] = {
    "administrator": _word("システム管理者", "Administrator", "利用者と役割、監査ログ", "users and roles, audit log"),
    "manager": _word(
        "マネージャー",
        "Manager",
        "レポート、オペレーター、通話(チームで限れます)",
        "reports, operators, calls (of teams)",
    ),
    "qa_editor": _word("QA(編集)", "QA editor", "通話を聞き、辞書を直す", "hears calls, edits the dictionary"),
    "qa_approver": _word(
        "QA(承認)", "QA approver", "通話を聞き、辞書を承認する", "hears calls, approves the dictionary"
    ),
    "operator": _word("オペレーター", "Operator", "自分の通話と自分のレポート", "their own calls and report"),
    "analyst": _word("分析者", "Analyst", "数字と、伏せ字にした文(音声なし)", "figures and masked words, no voices"),
    "auditor": _word("監査", "Auditor", "監査ログと夜間バッチ", "audit log and nights"),
}
PERMISSIONS: Mapping[str, Word] = {
    "report.read": _word("センター全体のレポートと貢献の推定を見る", "See the centre's reports and contribution"),
    "operators.read": _word("オペレーター別のレポートを見る", "See reports by operator"),
    "calls.read": _word("通話の一覧を見る", "List calls"),
    "calls.words": _word("書き起こしを読む", "Read transcripts"),
    "sound.play": _word("録音を聞く", "Listen to recordings"),
    "nights.read": _word("夜間バッチの状態を見る", "See the nights"),
    "dictionary.read": _word("フレーズ辞書を見る", "See the phrase dictionary"),
    "dictionary.work": _word("フレーズを試し、下書きを見て、公開する", "Try phrases, see drafts, publish"),
    "dictionary.edit": _word("フレーズ辞書の下書きを書く", "Write drafts of the dictionary"),
    "dictionary.approve": _word("フレーズ辞書の下書きを承認する", "Approve drafts of the dictionary"),
    "nights.retry": _word("隔離した録音をもう一度試す", "Retry quarantined recordings"),
    "tables.read": _word("契約・成果の表の状態と KPI シートを見る", "See the state of the tables and the KPI sheet"),
    "tables.load": _word("表を取り込み、KPI シートを直す", "Load tables, edit the KPI sheet"),
    "operators.remark": _word("オペレーターのレポートに一言を書く", "Write remarks on operators' reports"),
    "administration.read": _word("管理の画面を開く", "Open the administration"),
    "reviews.read": _word("確認の結果を見る", "See what reviews say"),
    "reviews.judge": _word("場面と当たりを確かめる", "Judge tags and moments"),
    "scorecards.read": _word(
        "評価を見る(オペレーターは共有された自分の分)", "See evaluations (operators: own, once shared)"
    ),
    "scorecards.evaluate": _word("通話を評価し、申し立てを判断する", "Evaluate calls and decide appeals"),
    "scorecards.design": _word("評価シートを作り、変える", "Make and change scorecards"),
    "scorecards.respond": _word("自分の評価を確認し、申し立てる", "Acknowledge and appeal one's own evaluations"),
    "users.manage": _word("利用者を加え、役割を変える", "Add users and change their roles"),
    "tokens.manage": _word("ほかの人のAPIトークンを作り、取り消す", "Make and revoke others' API tokens"),
    "notifications.manage": _word("通知の規則を作り、変える", "Make and change notification rules"),
    "audit.read": _word("監査ログを読み、照合する", "Read and check the audit log"),
}


def word(table: Mapping[str, Word], code: str) -> Word:
    """The word of a code; a code that a later version brought stands for itself."""
    return table.get(code) or Word(Text(code, code), Text("", ""))

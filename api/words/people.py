"""Words of who may do what."""

from collections.abc import Mapping

from api.words.word import Word, word_of

ROLES: Mapping[str, Word] = {
    "administrator": word_of(
        "システム管理者",
        "Administrator",
        "利用者と役割、保存期間と消去、監査ログ",
        "users, keeping and erasing, audit log",
    ),
    "manager": word_of(
        "マネージャー",
        "Manager",
        "レポート、オペレーター、通話(チームで限れます)",
        "reports, operators, calls (of teams)",
    ),
    "qa_editor": word_of("QA(編集)", "QA editor", "通話を聞き、辞書を直す", "hears calls, edits the dictionary"),
    "qa_approver": word_of(
        "QA(承認)", "QA approver", "通話を聞き、辞書を承認する", "hears calls, approves the dictionary"
    ),
    "operator": word_of("オペレーター", "Operator", "自分の通話と自分のレポート", "their own calls and report"),
    "analyst": word_of("分析者", "Analyst", "数字と、伏せ字にした文(音声なし)", "figures and masked words, no voices"),
    "auditor": word_of(
        "監査",
        "Auditor",
        "監査ログ、保存期間と消去の記録、夜間バッチ",
        "audit log, keeping and erasing, nights",
    ),
}
PERMISSIONS: Mapping[str, Word] = {
    "report.read": word_of("センター全体のレポートと貢献の推定を見る", "See the centre's reports and contribution"),
    "operators.read": word_of("オペレーター別のレポートを見る", "See reports by operator"),
    "calls.read": word_of("通話の一覧を見る", "List calls"),
    "calls.words": word_of("書き起こしを読む", "Read transcripts"),
    "sound.play": word_of("録音を聞く", "Listen to recordings"),
    "nights.read": word_of("夜間バッチの状態を見る", "See the nights"),
    "dictionary.read": word_of("フレーズ辞書を見る", "See the phrase dictionary"),
    "dictionary.work": word_of("フレーズを試し、下書きを見て、公開する", "Try phrases, see drafts, publish"),
    "dictionary.edit": word_of("フレーズ辞書の下書きを書く", "Write drafts of the dictionary"),
    "dictionary.approve": word_of("フレーズ辞書の下書きを承認する", "Approve drafts of the dictionary"),
    "nights.retry": word_of("隔離した録音をもう一度試す", "Retry quarantined recordings"),
    "tables.read": word_of("契約・成果の表の状態と KPI シートを見る", "See the state of the tables and the KPI sheet"),
    "tables.load": word_of("表を取り込み、KPI シートを直す", "Load tables, edit the KPI sheet"),
    "operators.remark": word_of("オペレーターのレポートに一言を書く", "Write remarks on operators' reports"),
    "administration.read": word_of("管理の画面を開く", "Open the administration"),
    "reviews.read": word_of("確認の結果を見る", "See what reviews say"),
    "reviews.judge": word_of("場面と当たりを確かめる", "Judge tags and moments"),
    "scorecards.read": word_of(
        "評価を見る(オペレーターは共有された自分の分)", "See evaluations (operators: own, once shared)"
    ),
    "scorecards.evaluate": word_of("通話を評価し、申し立てを判断する", "Evaluate calls and decide appeals"),
    "scorecards.design": word_of("評価シートを作り、変える", "Make and change scorecards"),
    "scorecards.respond": word_of("自分の評価を確認し、申し立てる", "Acknowledge and appeal one's own evaluations"),
    "users.manage": word_of("利用者を加え、役割を変える", "Add users and change their roles"),
    "tokens.manage": word_of("ほかの人のAPIトークンを作り、取り消す", "Make and revoke others' API tokens"),
    "notifications.manage": word_of("通知の規則を作り、変える", "Make and change notification rules"),
    "privacy.read": word_of(
        "保存期間・法的な保全・消去の証明を見る", "See keeping periods, legal holds and certificates of erasures"
    ),
    "privacy.manage": word_of(
        "保全を始め、解く。期間を過ぎたものや依頼のあった通話を消す",
        "Place and release holds; remove what is past its period or asked to be erased",
    ),
    "audit.read": word_of("監査ログを読み、照合する", "Read and check the audit log"),
}

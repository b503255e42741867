"""What the audit log tells beside an action: names of the details, and of their closed codes."""

from collections.abc import Mapping

from api.words.people import PERMISSIONS, ROLES
from pipeline.language import Text

DETAILS: Mapping[str, Text] = {
    "accounts": Text("アカウント", "accounts"),
    "active": Text("使えるか", "may sign in"),
    "added": Text("加えた数", "added"),
    "approved_by": Text("承認した人", "approved by"),
    "attempts": Text("試した回数", "attempts"),
    "audio_days": Text("再生用の写し(日)", "audio copies (days)"),
    "audit_days": Text("監査ログ(日)", "audit log (days)"),
    "broken_at": Text("切れた番号", "broken at"),
    "by": Text("方法", "by"),
    "by_somebody_else": Text("ほかの人による", "by somebody else"),
    "calls": Text("通話", "calls"),
    "channel": Text("届け方", "channel"),
    "changes": Text("変更", "changes"),
    "characters": Text("文字数", "characters"),
    "clips": Text("場面の一覧", "clips"),
    "codes": Text("復旧コード", "recovery codes"),
    "customer": Text("お客様", "customer"),
    "days": Text("日数", "days"),
    "draft": Text("下書き", "draft"),
    "erased_again": Text("消し直した通話", "erased again"),
    "erasures_until": Text("ここまでの消去", "erasures until"),
    "evaluations": Text("評価", "evaluations"),
    "event": Text("できごと", "event"),
    "form": Text("形式", "form"),
    "found": Text("見つかった数", "found"),
    "from": Text("元の版", "from"),
    "goals": Text("目標", "goals"),
    "head": Text("照合用の値", "head"),
    "holds": Text("保全", "holds"),
    "items": Text("項目", "items"),
    "kind": Text("種類", "kind"),
    "label": Text("場面", "moment"),
    "least": Text("確信度の下限", "least confidence"),
    "made_at": Text("作った日時", "made at"),
    "masked": Text("伏せた数", "masked"),
    "night": Text("夜", "night"),
    "old": Text("比べた版", "compared with"),
    "operator": Text("担当者", "operator"),
    "out": Text("書き出し先", "written to"),
    "outcome": Text("契約の結果", "outcome"),
    "owner": Text("持ち主", "owner"),
    "period": Text("期間", "period"),
    "permissions": Text("できること", "permissions"),
    "phrase": Text("フレーズ", "phrase"),
    "playback": Text("再生用の写し", "audio copies"),
    "population": Text("もとの数", "population"),
    "probability": Text("選ばれる確率", "probability"),
    "reaction": Text("反応", "reaction"),
    "reason": Text("用件", "reason"),
    "recipient": Text("宛先", "recipient"),
    "recipients": Text("宛先", "recipients"),
    "recording": Text("録音", "recording"),
    "recordings": Text("録音", "recordings"),
    "replaced": Text("前のものと替えた", "in place of another"),
    "reports": Text("レポート", "reports"),
    "revision": Text("改訂", "revision"),
    "roles": Text("役割", "roles"),
    "rows": Text("行", "rows"),
    "rule": Text("規則", "rule"),
    "scope": Text("範囲", "scope"),
    "score_days": Text("通話とスコア(日)", "calls and scores (days)"),
    "segment": Text("区分", "group"),
    "sha256": Text("内容のハッシュ", "SHA-256"),
    "shown": Text("示した数", "shown"),
    "since": Text("ここから", "since"),
    "starter": Text("同梱の辞書", "shipped dictionary"),
    "state": Text("状態", "state"),
    "taken": Text("受け取られたか", "taken"),
    "targets": Text("目標値", "targets"),
    "team": Text("チーム", "team"),
    "teams": Text("チーム", "teams"),
    "token": Text("API トークン", "API token"),
    "transcript": Text("書き起こし", "transcript"),
    "transcript_days": Text("書き起こし(日)", "transcripts (days)"),
    "unit": Text("単位", "unit"),
    "until": Text("ここまで", "until"),
    "upto": Text("ここまでの番号", "up to"),
    "utterance": Text("発話", "utterance"),
    "value": Text("番号", "id"),
    "verdict": Text("判定", "verdict"),
    "version": Text("版", "version"),
    "via": Text("操作の場所", "through"),
    "was_on": Text("設定されていた", "had been set up"),
    "why": Text("理由", "why"),
    "with_text": Text("ことばも", "with words"),
    "words": Text("単語", "words"),
}
CODES: Mapping[str, Text] = {
    "web": Text("画面", "web"),
    "api": Text("API", "API"),
    "cli": Text("コマンド", "command"),
    "author": Text("作成者本人", "the author"),
    "code": Text("確認コード", "code"),
    "recovery_code": Text("復旧コード", "recovery code"),
    "right": Text("正しい", "right"),
    "wrong": Text("誤り", "wrong"),
    "unsure": Text("わからない", "unsure"),
    "missed": Text("見落とし", "missed"),
    "labels": Text("場面を選んだ", "labels"),
    "hit": Text("当たり", "hit"),
    "moment": Text("場面", "moment"),
    "utterance": Text("発話", "utterance"),
    "draft": Text("下書き", "draft"),
    "submitted": Text("確認待ち", "submitted"),
    "shared": Text("共有済み", "shared"),
    "appealed": Text("異議あり", "appealed"),
    "final": Text("確定", "final"),
    "sent": Text("届いた", "sent"),
    "made": Text("作った", "made"),
    "failed": Text("失敗", "failed"),
    "customer": Text("お客様", "customer"),
    "call": Text("通話", "call"),
    **{code: word.name for code, word in (*ROLES.items(), *PERMISSIONS.items())},
}
YES, NO = Text("はい", "yes"), Text("いいえ", "no")


def detail_name(key: str) -> Text:
    """What a detail is called; its key for what a later version brought."""
    return DETAILS.get(key, Text(key, key))


def detail_value(value: object) -> Text:
    """A detail's value where it is one of the program's own codes, a number, or whatever was given."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        told = [detail_value(one) for one in value] or [Text("—", "—")]
        return Text("、".join(one.ja for one in told), ", ".join(one.en for one in told))
    return CODES.get(value, Text(value, value)) if isinstance(value, str) else Text(str(value), str(value))

"""Words of what is said in calls and how it was recognised."""

from collections.abc import Mapping

from api.words.word import Word, word_of
from pipeline.audio.notes import NOTES
from pipeline.language import Text

MOMENTS: Mapping[str, Word] = {
    "appeal": word_of(
        "魅力の伝達",
        "Appeal",
        "使うことの良さを、お客様に感じてもらう言葉。使う場面、得られること、ほかのお客様の声など。",
        "Words that let the customer feel what is good about using it: a scene of use, a benefit, others' experience.",
    ),
    "enablement": word_of(
        "成功の手助け",
        "Enablement",
        "問い合わせの解決を超えて、うまく使えるように手を貸す言葉。目的を尋ねる、機能を一緒に試す、使い方を教えるなど。",
        "Help to succeed beyond closing the enquiry: asking about aims, trying a function together, showing how.",
    ),
    "proposal": word_of(
        "営業提案",
        "Proposal",
        "上位プラン、オプション、更新、見積もりなど、契約にかかわる次の一歩の提案。",
        "A commercial next step: a higher plan, an option, a renewal, a quotation.",
    ),
}
SIGNALS: Mapping[str, Word] = {
    "interest": word_of("関心", "Interest", "示されたことを喜んだり、詳しく尋ねたりした。", "Asks for or welcomes it."),
    "satisfaction": word_of(
        "満足",
        "Satisfaction",
        "うまくいったこと、満足していることを口にした。",
        "Says that it worked or that they are pleased.",
    ),
    "decline": word_of("辞退", "Decline", "示されたことを断った。", "Turns it down."),
    "complaint": word_of("不満", "Complaint", "不満を口にした。", "Expresses dissatisfaction."),
    "churn_risk": word_of(
        "解約示唆",
        "Churn risk",
        "やめること、使っていないこと、乗り換えることを口にした、またはほのめかした。",
        "Says or hints at leaving, not using it, or moving to a competitor.",
    ),
}
LABELS = {**MOMENTS, **SIGNALS}
REACTIONS: Mapping[str, Word] = {
    "accepted": word_of("受諾", "Accepted", "勧めを受け入れた。", "The customer took it up."),
    "welcomed": word_of("歓迎", "Welcomed", "関心や満足を示した。", "The customer showed interest or pleasure."),
    "deferred": word_of("保留", "Deferred", "その場では決めなかった。", "The customer left it open."),
    "declined": word_of("辞退", "Declined", "断った。", "The customer turned it down."),
    "none": word_of("反応なし", "None", "はっきりした反応がなかった。", "There was no clear reaction."),
}
SPEAKERS: Mapping[str, Word] = {
    "operator": word_of("オペレーター", "Operator"),
    "customer": word_of("お客様", "Customer"),
    "unknown": word_of("話者不明", "Unknown speaker"),
}
FLAGS: Mapping[str, Word] = {
    "backchannel": word_of("相づち", "Back-channel", "発話時間に数えません。", "Not counted as speech time."),
    "estimated_speaker": word_of("話者は推定", "Speaker estimated", "声と話し方による。", "By voice and wording."),
    "suspect_invented": word_of("聞き違いの疑い(定型句)", "Suspect: stock phrase"),
    "suspect_silence": word_of("聞き違いの疑い(無音)", "Suspect: silence"),
    "suspect_loop": word_of("聞き違いの疑い(繰り返し)", "Suspect: loop"),
    "suspect_rate": word_of("聞き違いの疑い(速すぎる)", "Suspect: too fast"),
    "suspect_language": word_of("聞き違いの疑い(外国語)", "Suspect: language"),
    "suspect_empty": word_of("聞き取れず", "Nothing recognised"),
}
AUDIO_NOTES: Mapping[str, Word] = {code: Word(text, Text("", "")) for code, text in NOTES.items()}
CANCELLATIONS: Mapping[str, Word] = {
    "quotation": word_of("引用", "Quotation"),
    "hearsay": word_of("伝聞", "Hearsay"),
    "withdrawal": word_of("打ち消し(取り下げ)", "Withdrawn"),
    "negation": word_of("否定", "Negated"),
    "check_question": word_of("確認の質問", "Only checked"),
    "condition": word_of("仮定", "Only supposed"),
    "classifier": word_of("前後から見て別の意味", "Something else in its context"),
    "threshold": word_of("確率がしきい値に届かず", "Just below its threshold"),
}
MATCH_LEVELS: Mapping[str, Word] = {
    "surface": word_of("表記で一致", "matched as written"),
    "normalized": word_of("表記ゆれを含めて一致", "matched by normalised form"),
    "reading": word_of("読みで一致", "matched by reading"),
    "meaning": word_of("例文と意味が近い", "close in meaning to an example"),
}
MASKS: Mapping[str, Word] = {
    "card": word_of("カード番号", "card number"),
    "security_code": word_of("セキュリティコード", "security code"),
    "my_number": word_of("マイナンバー", "My Number"),
    "phone": word_of("電話番号", "phone number"),
    "email": word_of("メールアドレス", "e-mail address"),
    "postal_code": word_of("郵便番号", "postal code"),
    "address": word_of("住所", "address"),
    "name": word_of("お名前", "name"),
}

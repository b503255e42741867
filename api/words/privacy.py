"""Words of keeping, holding and erasing."""

from collections.abc import Mapping

from api.words.word import Word, word_of

KEPT_CLASSES: Mapping[str, Word] = {
    "audio": word_of(
        "再生用の音声の写し",
        "Audio copies for playback",
        "画面で聞くために作った写し。作った日から数えます。アーカイブの録音そのものには触れません。",
        "Made to be heard in the pages; counted from when they were made. The archive itself is never touched.",
    ),
    "words": word_of(
        "書き起こし",
        "Transcripts",
        "話されたことば。通話の日から数えます。消えた後も、場面の回数とスコアは残ります。",
        "What was said; counted from the call. Numbers of moments and scores stay.",
    ),
    "calls": word_of(
        "通話とスコア",
        "Calls and scores",
        "通話のすべて。通話の日から数えます。消えた通話は二度と取り込みません。",
        "Everything of the call; counted from the call. It never comes in again.",
    ),
    "reports": word_of(
        "書き出したレポート",
        "Written reports",
        "通話を並べたファイル。通話とスコアと同じ期間です。",
        "Files that list calls; the same period as calls and scores.",
    ),
    "audit": word_of(
        "監査ログ",
        "Audit log",
        "だれが何をしたかの記録。書いた日から数えます。",
        "Who did what; counted from when it was written.",
    ),
}
HELD: Mapping[str, Word] = {
    "customer": word_of("お客様", "Customer"),
    "call": word_of("通話", "Call"),
    "phone": word_of("電話番号", "Phone number"),
}
REMOVALS: Mapping[str, Word] = {
    "retention.calls": word_of("通話を消した", "Calls removed"),
    "retention.words": word_of("書き起こしを消した", "Transcripts removed"),
    "retention.files": word_of("写しとレポートを消した", "Copies and reports removed"),
}

"""Words of nights, their files and versions."""

from collections.abc import Mapping

from api.words.word import Word, word_of

FILE_STATES: Mapping[str, Word] = {
    "done": word_of("解析済み", "Done", "書き起こしと判定が終わった録音。", "Transcribed and analysed."),
    "waiting": word_of("待機", "Waiting", "次の夜に解析する録音。", "To be analysed in the next night."),
    "quarantined": word_of(
        "隔離", "Quarantined", "解析できず、理由とともに除けてある録音。", "Set aside with the reason why."
    ),
    "skipped": word_of(
        "重複など",
        "Skipped",
        "同じ内容の録音がほかにあるなどで、解析しない録音。",
        "For example a second copy of a recording.",
    ),
}
NIGHT_STATES: Mapping[str, Word] = {
    "running": word_of("実行中", "Running"),
    "done": word_of("完了", "Done"),
    "stopped": word_of(
        "中断",
        "Stopped",
        "終わった分は保存済み。次の実行で続きから進みます。",
        "What was finished is kept; the next run goes on.",
    ),
    "failed": word_of(
        "失敗",
        "Failed",
        "途中で終わりました。確定済みの分は残っていて、次の実行で続きから進みます。",
        "It ended half way. What was committed stays; the next run goes on from there.",
    ),
}
CALL_RULES: Mapping[str, Word] = {
    "recording": word_of("通話表の録音名で", "by the recording named in the calls table"),
    "file_name": word_of("ファイル名で", "by file name"),
    "unlisted": word_of("通話表に行なし", "not in the calls table"),
    "duplicate": word_of("同じ内容の録音", "same content as another file"),
    "same_call": word_of("同じ通話の録音がほかにある", "another recording of the same call"),
    "preset": word_of("名前から", "told by its name"),
    "unparsed": word_of("名前が読めない", "name cannot be read"),
    "spare_text": word_of("同じ通話の録音か書き起こしがほかにある", "the call is there as a recording or another text"),
    "mixed": word_of("左右別の録音があるため不要", "both sides are there as files of their own"),
    "erased": word_of("消去済み", "erased on request"),
}
VERSIONS: Mapping[str, Word] = {
    "kouken": word_of("Kouken", "Kouken"),
    "speech": word_of("書き起こし", "Transcription"),
    "dictionary": word_of("フレーズ辞書", "Dictionary"),
    "rules": word_of("場面の判定", "Moment rules"),
    "formula": word_of("スコアの式", "Score formula"),
}

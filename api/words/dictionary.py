"""Words of the phrase dictionary."""

from collections.abc import Mapping

from api.words.word import Word, word_of

ENTRY_STATES: Mapping[str, Word] = {
    "published": word_of("公開中", "In force"),
    "draft": word_of("下書き", "In a draft"),
    "in_review": word_of("確認待ち", "In review"),
    "approved": word_of("承認済み", "Approved"),
    "retired": word_of("廃止", "Retired", "探さなくなった項目。これまでの当たりは残ります。", "No longer looked for."),
}
DRAFT_STATES: Mapping[str, Word] = {
    **{code: ENTRY_STATES[code] for code in ("draft", "in_review", "approved")},
    "published": word_of("公開済み", "Published"),
    "discarded": word_of("取りやめ", "Given up"),
}
ENTRY_FIELDS: Mapping[str, Word] = {
    "phrase": word_of("フレーズ", "Phrase"),
    "category": word_of("分類", "Category"),
    "levels": word_of("見つけ方", "Found by"),
    "weight": word_of("重み", "Weight"),
    "status": word_of("状態", "Status"),
    "owner": word_of("担当", "Owner"),
    "note": word_of("メモ", "Note"),
    "similarity": word_of("意味の近さの下限", "Least similarity"),
    "examples": word_of("当たる例文", "Examples"),
    "counter_examples": word_of("当たってはいけない例文", "Counter-examples"),
    "surface": word_of("表記", "Written"),
    "readings": word_of("読み", "Readings"),
    "misheard": word_of("よくある誤認識", "Misheard as"),
    "words": word_of("言葉", "Words"),
}
LEVELS: Mapping[str, Word] = {
    "surface": word_of("表記のまま", "as written"),
    "normalized": word_of("表記ゆれ・活用", "normalised"),
    "reading": word_of("読み(聞き違い)", "reading"),
    "meaning": word_of("意味の近さ", "meaning"),
}
PRECISION_STANDINGS: Mapping[str, Word] = {
    "under": word_of("基準を下回る", "under the limit"),
    "doubtful": word_of("基準に届かないかもしれない", "perhaps under the limit"),
    "likely": word_of("基準以上の見込み", "probably at it or above"),
    "fine": word_of("基準を満たす", "at the limit or above"),
    "unknown": word_of("まだわからない", "not known yet"),
}
WORK_KINDS: Mapping[str, Word] = {
    "trial": word_of("これまでの通話で試す", "Trial on stored calls"),
    "review": word_of("公開すると変わること", "What publication would change"),
    "compare": word_of("版の比較", "Comparison of versions"),
    "submit": word_of("確認に出す", "Asking for review"),
    "publish": word_of("公開", "Publication"),
    "candidates": word_of("新しい言い回しの候補", "Candidates"),
    "import": word_of("取り込み", "Import"),
    "words": word_of("単語登録の取り込み", "Taking in a word list"),
}
PUBLICATIONS: Mapping[str, Word] = {
    "starter": word_of("製品に付属", "Shipped"),
    "draft": word_of("公開", "Published"),
    "rollback": word_of("前の版に戻す", "Rolled back"),
    "words": word_of("単語登録", "Word list"),
}

"""What was noticed about a recording, in words: the closed list of `AudioFacts.notes`."""

from pipeline.language import Text

NOTES: dict[str, Text] = {
    "partial": Text(
        "途中で切れているか欠けています。読めた分だけを分析しました。",
        "Cut off or incomplete: what could be read was analysed.",
    ),
    "bad_packets": Text("壊れた部分を飛ばして読みました。", "Damaged parts were skipped."),
    "extension_mismatch": Text(
        "拡張子と中身の形式が違います(中身に従いました)。",
        "The extension does not fit the content; the content was followed.",
    ),
    "mono": Text("モノラルの録音です。", "A mono recording."),
    "identical_channels": Text(
        "左右のチャンネルが同じ音です。モノラルとして扱いました。",
        "Both channels hold the same sound; they were treated as mono.",
    ),
    "estimated_speakers": Text(
        "声と話し方から話者を二人に分けました。オペレーターとお客様の区別は推定です。",
        "Two speakers were told apart by voice and wording: who is who is an estimate.",
    ),
    "unknown_speakers": Text(
        "話者を分けられないため「話者不明」としました。場面とスコアには数えません。",
        "The speakers cannot be told apart and are shown as unknown; nothing is counted for them.",
    ),
    "extra_channels": Text(
        "3 チャンネル以上あります。はじめの 2 つだけを分析しました。",
        "Three channels or more: only the first two were analysed.",
    ),
    "extra_streams": Text(
        "音声が複数入っています。はじめの 1 つだけを分析しました。",
        "Several audio streams: only the first was analysed.",
    ),
    "imported": Text(
        "ほかの製品の書き起こしを取り込みました。録音はありません。", "Imported from another program; no recording."
    ),
    "smaller_batches": Text(
        "GPU のメモリが足りず、小分けにして処理しました。", "GPU memory ran short; done in smaller parts."
    ),
    "moved_to_cpu": Text(
        "GPU が使えなくなり、CPU で書き起こしました。", "The GPU failed; transcribed on the processor."
    ),
    "silent_channel_0": Text("左のチャンネルに音がありません。", "The left channel is silent."),
    "silent_channel_1": Text("右のチャンネルに音がありません。", "The right channel is silent."),
    "legs": Text(
        "二つのファイルを一つの通話としてまとめました。", "Two files were joined as the two sides of one call."
    ),
    "swapped_channels": Text(
        "話している内容から、左右の話者が設定と逆だと判断して入れ替えました。",
        "By what is said the speakers are the other way round than set; they were exchanged.",
    ),
}

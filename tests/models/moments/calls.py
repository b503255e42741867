"""Small labelled calls, built by hand, for the tests of this folder."""

from models.moments.labels import Call, Sentence

Line = tuple[str, str, str]  # speaker, text, labels separated by commas


def call_of(lines: list[Line], *, call_id: str = "t-1", industry: str = "試験", split: str = "train") -> Call:
    return Call(
        call_id,
        industry,
        split,
        tuple(Sentence(speaker, text) for speaker, text, _ in lines),
        tuple(frozenset(label for label in labels.split(",") if label) for _, _, labels in lines),
    )


LINES: list[Line] = [
    ("operator", "お電話ありがとうございます。", ""),
    ("customer", "画面が映らなくて困ってるんですよ。", "complaint"),
    ("operator", "録画の予約を一緒に設定してみましょう。", "enablement"),
    ("customer", "それ、やってみたいです。", "interest"),
    ("operator", "上のプランに替えられてはいかがですか。", "proposal"),
    ("customer", "それは結構です。", "decline"),
    ("operator", "寝る前に見ると最高ですよ。", "appeal"),
    ("customer", "もう解約したいんです。", "churn_risk"),
    ("operator", "少々お待ちください。", ""),
    ("customer", "直った、助かりました。", "satisfaction"),
    ("operator", "お名前をお願いいたします。", ""),
    ("customer", "はい、山本です。", ""),
]


def some_calls() -> list[Call]:
    """Ten calls of five industries, the last two for validation; each label occurs in both splits."""
    return [
        call_of(
            [(speaker, f"{text}{'はい' * (number % 3)}", labels) for speaker, text, labels in LINES],
            call_id=f"t-{number}",
            industry=f"業種{number % 5}",
            split="validation" if number >= 8 else "train",
        )
        for number in range(10)
    ]

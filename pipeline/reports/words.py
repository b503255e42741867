"""Names and remarks that the report uses in every form: page, PDF, workbook, CSV."""

from collections.abc import Mapping
from typing import Any

from pipeline.language import Language, Text, in_language

ASSOCIATION = Text("関連、因果ではない", "association, not cause")
_CLAIMED = Text("効果、推定", "effect, estimated")
_UNCERTAIN = Text("差、推定", "difference, estimated")
MOMENT_NAMES: Mapping[str, Text] = {
    "appeal": Text("魅力の伝達", "conveying appeal"),
    "enablement": Text("成功の手助け", "helping to succeed"),
    "proposal": Text("営業提案", "proposing"),
    "success_phrase": Text("成功フレーズ", "success phrase"),
}
SHOWN_MOMENTS = tuple(MOMENT_NAMES)
REACTION_NAMES: Mapping[str, Text] = {
    "accepted": Text("受諾", "accepted"),
    "welcomed": Text("歓迎", "welcomed"),
    "deferred": Text("保留", "deferred"),
    "declined": Text("辞退", "declined"),
    "none": Text("なし", "none"),
}
STANDING_NAMES: Mapping[str, Text] = {
    "above": Text("平均より上", "above"),
    "below": Text("平均より下", "below"),
    "not_distinguishable": Text("区別できない", "not distinguishable"),
}
TIER_NAMES: Mapping[str, Text] = {
    "high": Text("ハイタッチ", "high touch"),
    "low": Text("ロータッチ", "low touch"),
    "tech": Text("テックタッチ", "tech touch"),
    "community": Text("コミュニティタッチ", "community touch"),
    "none": Text("未設定", "none"),
}
YES = Text("はい", "yes")
NOTES: Mapping[str, Text] = {
    "simulated": Text(
        "この表には模擬データが含まれます。実在の顧客の数字ではありません。",
        "These tables hold simulated data: not the figures of real customers.",
    ),
    "incomplete": Text(
        "期間の途中です。いまある記録までで数えています。", "The period is not over: counted as far as the records go."
    ),
    "no_night": Text(
        "夜間バッチの結果がまだないため、会話の数字はありません。",
        "There are no figures of conversations before the first night.",
    ),
    "nothing": Text("数えられるものがありません。", "There is nothing to count."),
    "per_minute": Text(
        "長い通話ほど場面は多くなるため、話した時間 10 分あたりで数えます。通話の長さは用件しだいで変わり、"
        "長い通話は難しい用件であることも多いので、回数や率だけで担当者を比べないでください。",
        "Longer calls hold more moments, so they are counted per ten minutes of speech. Length depends on what the "
        "call is about, and long calls are often hard ones: do not compare operators by numbers or rates alone.",
    ),
    "like_calls": Text(
        "用件・窓口・プラン・契約月数が似た通話どうしで比べ、通話の少ない人ほど平均に寄せた推定です。順位はつけません。色は、人数を考えた"
        "区間が 0 を含まないときだけ付きます。指導の手がかりであって、評価や報酬に使うものではありません。",
        "Compared on calls of like reason, queue, plan and tenure, and drawn towards the average where calls are few. "
        "There is no ranking. A colour means that the interval corrected for their number excludes zero. For coaching, "
        "not pay.",
    ),
    "too_few_calls": Text(
        "比べるには通話が足りません(10 件以上の担当者が 4 人以上のとき、似た通話での比較を出します)。",
        "Too few calls to compare: it takes four operators with ten calls each.",
    ),
    "too_few_own": Text("通話が足りないため出しません。", "Not shown: too few calls."),
    "no_interval": Text("10 件未満のため区間なし", "no interval below 10 calls"),
    "association": Text(
        "期首までの一年に話したお客様の、この期間の継続です。難しいお客様を受け持つ人ほど低く見えるので、担当者の成果ではありません。",
        "How customers spoken with in the year before fared in this period. Whoever takes the hard ones looks worse: "
        "this is not the operator's doing.",
    ),
    "small_groups": Text(
        "顧客の少ない区分では率を出しません(figures.minimum_group)。", "Groups of few customers have no rates."
    ),
    "cohorts": Text("全期間の表は XLSX と CSV にあります。", "The whole table is in the workbook and the CSV files."),
    "use": Text(
        "すべての数字は、同じ表・同じ版からもう一度作れば同じ値になります。"
        "担当者の数字は指導のためのもので、評価や報酬に使わないでください。",
        "Made again from the same tables and versions, every number is the same. "
        "Figures of operators are for coaching, not for pay or appraisal.",
    ),
}


def say(message: Mapping[str, str], language: Language) -> str:
    """A stored message in the reader's language."""
    return in_language(Text(message["ja"], message["en"]), language)


def strength(moment: Mapping[str, Any]) -> Text:
    """The words that the method allows: an effect is claimed only where nothing warns."""
    if moment["status"] == "warn":
        return ASSOCIATION
    return _CLAIMED if moment["renewal"]["claim"] or moment["mrr_delta_yen"]["claim"] else _UNCERTAIN

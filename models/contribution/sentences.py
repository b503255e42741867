"""The checks of one moment in plain sentences, for the page under the estimate."""

from models.contribution.moments import MomentEstimate
from models.contribution.placebo import Placebo
from models.contribution.text import Message
from models.contribution.verdicts import NAMES


def sentences(result: MomentEstimate) -> tuple[Message, ...]:
    """What stands beside the estimate, one sentence each. Empty for a refused moment.

    None of them says more than was computed: a placebo that passes contradicts nothing and proves nothing.
    """
    if result.checks is None:
        return ()
    return tuple(
        message
        for message in (
            _estimate(result),
            _naive(result),
            _comparison(result),
            _placebo(result.checks.placebo),
            _hidden_factor(result),
            _detectable(result),
            _attenuation(result),
        )
        if message
    )


def _points(value: float) -> str:
    return f"{value * 100:+.1f}"


def _estimate(result: MomentEstimate) -> Message:
    ja, en = NAMES[result.name]
    renewal, yen = result.effects["renewal"], result.effects["mrr_delta_yen"]
    word_ja, word_en = ("効果(推定)", "estimated effect") if "renewal" in result.claims else ("差(推定)", "difference")
    return Message(
        "estimate",
        f"{ja}のあった契約では、似た契約に比べた継続率の{word_ja}は{_points(renewal.estimate)}ポイント"
        f"(95%区間 {_points(renewal.ci_low)}〜{_points(renewal.ci_high)})、月額は1件あたり{yen.estimate:+,.0f}円"
        f"(同 {yen.ci_low:+,.0f}〜{yen.ci_high:+,.0f}円)です。大切な要因が漏れていなければ、という条件つきです。",
        f"Against like contracts, the {word_en} of {en} is {_points(renewal.estimate)} points of renewal "
        f"(95 % interval {_points(renewal.ci_low)} to {_points(renewal.ci_high)}) and {yen.estimate:+,.0f} yen of "
        f"MRR a contract ({yen.ci_low:+,.0f} to {yen.ci_high:+,.0f}), if nothing important is missing.",
    )


def _naive(result: MomentEstimate) -> Message:
    assert result.checks is not None
    naive = _points(result.checks.naive["renewal"])
    return Message(
        "naive",
        f"単純に比べた継続率の差は{naive}ポイントですが、もともとのお客様の違いを含みます。",
        f"The plain difference in renewal is {naive} points; it includes how the customers differed to begin with.",
    )


def _comparison(result: MomentEstimate) -> Message:
    assert result.checks is not None
    checks, (ja, en) = result.checks, NAMES[result.name]
    likeness = checks.overlap
    return Message(
        "comparison",
        f"{ja}のあった契約{checks.n_exposed}件を、なかった契約{checks.n - checks.n_exposed}件"
        f"(実効{likeness.effective_controls:.0f}件)と比べました。",
        f"{checks.n_exposed} contracts with {en} are compared with {checks.n - checks.n_exposed} without "
        f"({likeness.effective_controls:.0f} effective).",
    )


def _placebo(tests: tuple[Placebo, ...]) -> Message | None:
    if not tests:
        return None
    if any(test.failed for test in tests):
        return Message(
            "placebo",
            "通話前の契約変動にまで差が出ました。要因が不足しています。",
            "Contract changes from before the call differ too: a cause is missing.",
        )
    return Message(
        "placebo",
        "通話前の契約変動には差が見られませんでした(矛盾は見つからない、という意味で、証明ではありません)。",
        "Contract changes from before the call do not differ. That contradicts nothing; it proves nothing.",
    )


def _hidden_factor(result: MomentEstimate) -> Message | None:
    assert result.checks is not None
    times = result.checks.hidden_factor
    if times is None:
        return None
    return Message(
        "hidden_factor",
        f"お客様の状態の記録(健康度など)の{times:.1f}倍の強さを持つ隠れた要因があれば、この推定は消えます。",
        f"A hidden factor {times:.1f} times as strong as the customer snapshots (health …) would erase this.",
    )


def _detectable(result: MomentEstimate) -> Message:
    assert result.checks is not None
    points = f"{result.checks.detectable['renewal'] * 100:.1f}"
    return Message(
        "detectable",
        f"この件数で見つけられるのは、およそ{points}ポイント以上の差です(検出力80%)。",
        f"With this many terms, differences of about {points} points or more can be found (80 % power).",
    )


def _attenuation(result: MomentEstimate) -> Message | None:
    assert result.checks is not None
    factor = result.checks.attenuation
    if factor is None:
        return None
    return Message(
        "attenuation",
        f"場面の判定の誤り(検証用の通話の文での)のため、推定は真の差の約{factor:.0%}に縮んでいると見込まれます"
        "(割り戻してはいません)。",
        f"Errors in finding the moment, as on sentences of validation calls, shrink the estimate to about {factor:.0%} "
        "of the true difference "
        "(not divided out).",
    )

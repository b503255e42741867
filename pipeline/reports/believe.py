"""The self-test in words and figures, for the page on why the estimate may be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.contribution.options import METHOD_VERSION
from models.simulation.measured import Measured, read_measured
from pipeline.language import Text

_SCENARIOS = {
    "confounded": Text("元気なお客様ほど提案される", "healthy customers are pitched more"),
    "confounded_noisy": Text("同じく、状態の記録に誤差", "the same, health seen with errors"),
    "null": Text("効果は本当は0", "no effect at all"),
    "null_noisy": Text("効果は0、状態の記録に誤差", "no effect, health seen with errors"),
    "hidden": Text("状態の記録がない(隠れた要因)", "health not recorded (hidden cause)"),
    "no_overlap": Text("元気なお客様全員に提案", "every healthy customer pitched"),
    "tiny": Text("契約90件だけ", "only 90 terms"),
    "leakage": Text("お礼の電話が結果のあとにある", "thank-you calls after the outcome"),
    "long_lived": Text("月ごとの契約", "month-to-month contracts"),
    "dirty": Text("汚れた表", "dirty tables"),
    "operators": Text("担当者に差がある", "operators differ"),
    "operators_sorted": Text("難しい通話はベテランへ", "hard calls go to seniors"),
    "operators_null": Text("担当者に差がない", "operators do not differ"),
}
_OUTCOMES = {"renewal": Text("継続率", "renewal"), "mrr_delta_yen": Text("月額", "MRR")}
_PER_OUTCOME = {
    "|bias| / truth": (Text("偏り(本当の値に対して)", "bias, of the truth"), True),
    "coverage": (Text("区間が本当の値を含む割合", "intervals that hold the truth"), True),
    "RMSE / oracle": (Text("誤差 ÷ 理想の計算の誤差", "error ÷ that of the ideal computation"), False),
    "intervals without zero": (Text("0を含まない区間", "intervals without zero"), True),
}
_FIGURES = {
    "data sets with a false claim": (Text("「効果」と誤って呼んだセンター", "centres with a false claim"), True),
    "placebo_catches": (Text("検算が気づいた割合", "caught by the check"), True),
    "placebo_false_alarm": (Text("検算の空騒ぎ", "false alarms of the check"), True),
    "refused": (Text("推定を断った割合", "refused"), True),
    "exclusions_counted_exactly": (
        Text("除いた行を正確に数えたセンター", "centres whose exclusions were counted exactly"),
        True,
    ),
    "rank correlation, gain over raw": (Text("順位相関の改善", "gain in rank correlation over raw rates"), False),
    "RMSE / raw": (Text("誤差 ÷ 単純な率の誤差", "error ÷ that of raw rates"), False),
    "coverage": (Text("区間が本当の差を含む割合", "intervals that hold the truth"), True),
    "flags with the wrong sign": (Text("逆向きに目立たせた割合", "flags with the wrong sign"), True),
    "flagged though nobody differs": (Text("差がないのに目立たせた割合", "flagged though nobody differs"), True),
}
_SHOWN: dict[str, tuple[str, ...]] = {
    "confounded": ("|bias| / truth", "coverage", "RMSE / oracle"),
    "confounded_noisy": ("|bias| / truth", "coverage", "RMSE / oracle"),
    "null": ("intervals without zero", "data sets with a false claim", "placebo_false_alarm"),
    "null_noisy": ("intervals without zero", "data sets with a false claim"),
    "hidden": ("placebo_catches", "data sets with a false claim"),
    "no_overlap": ("refused",),
    "tiny": ("refused",),
    "leakage": ("exclusions_counted_exactly", "data sets with a false claim"),
    "long_lived": ("intervals without zero", "data sets with a false claim"),
    "dirty": ("exclusions_counted_exactly",),
    "operators": ("coverage", "rank correlation, gain over raw", "RMSE / raw", "flags with the wrong sign"),
    "operators_sorted": ("coverage", "rank correlation, gain over raw", "RMSE / raw", "flags with the wrong sign"),
    "operators_null": ("flagged though nobody differs",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; `bar` and `holds` are None where no bar was set, `within` where no interval is told."""

    name: Text
    shown: str
    within: str | None
    centres: int
    bar: Text | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of invented centre."""

    scenario: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Believe:
    """The whole page's figures."""

    measured: Measured
    sections: tuple[Section, ...]

    def value(self, scenario: str, name: str) -> float:
        """One measured value."""
        return self.measured.value(scenario, name)


def believe() -> Believe:
    """The shipped self-test. Raises `KeyError` if a figure of the page was not measured."""
    measured = read_measured()
    return Believe(measured, tuple(_section(measured, scenario, names) for scenario, names in _SHOWN.items()))


def _section(measured: Measured, scenario: str, names: Sequence[str]) -> Section:
    of = _SCENARIOS[scenario]
    if (method := measured.methods[scenario]) != METHOD_VERSION:
        of = Text(f"{of.ja}({method} での値)", f"{of.en} (with {method})")
    return Section(of, tuple(row for name in names for row in _rows(measured, scenario, name)))


def _rows(measured: Measured, scenario: str, name: str) -> list[Row]:
    if name in _PER_OUTCOME and not scenario.startswith("operators"):
        text, share = _PER_OUTCOME[name]
        return [
            _row(
                measured,
                scenario,
                f"{outcome}: {name}",
                Text(f"{of.ja}の{text.ja}", f"{of.en}: {text.en}"),
                share=share,
            )
            for outcome, of in _OUTCOMES.items()
        ]
    text, share = _FIGURES[name]
    return [_row(measured, scenario, name, text, share=share)]


def _row(measured: Measured, scenario: str, name: str, text: Text, *, share: bool) -> Row:
    figure = measured.find(scenario, name)
    bars = [
        Text(f"{_shown(limit, share)}{ja}", f"{en} {_shown(limit, share)}")
        for limit, ja, en in ((figure.low, "以上", "at least"), (figure.high, "以下", "at most"))
        if limit is not None
    ]
    bar = Text("、".join(item.ja for item in bars), ", ".join(item.en for item in bars)) if bars else None
    ends = (figure.ci_low, figure.ci_high)
    within = "–".join(_shown(end, share) for end in ends if end is not None) or None
    return Row(text, _shown(figure.value, share), within, figure.centres, bar, figure.holds)


def _shown(value: float, share: bool) -> str:
    return f"{100 * value:.1f}%" if share else f"{value:.2f}"

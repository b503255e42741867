"""The report of a period as one HTML page that needs nothing else: no script, no link, prints on A4."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.language import Language, Text, in_language
from pipeline.reports.drawings import report_charts
from pipeline.reports.figure_tables import gaps, header
from pipeline.reports.figures import PeriodReport
from pipeline.reports.words import NOTES
from pipeline.reports.workbook import Shown

_HEADER_OF_GAPS = Text("数えるときに気を付けたもの", "What could not be counted, or was counted with care")
_PAGE = """<!doctype html>
<html lang="{{ language }}">
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font-family: "BIZ UDPGothic", "Yu Gothic", "Hiragino Sans", sans-serif; margin: 2.5rem auto; max-width: 62rem;
  padding: 0 1.5rem; color: #1F2328; background: #FBFAF7; line-height: 1.75; font-size: 15px; }
h1 { font-size: 1.8rem; margin: 0; }
h1::before { content: ""; display: block; width: 3.2rem; height: .3rem; background: #1B4B7A; margin-bottom: .8rem; }
h2 { font-size: 1.13rem; margin: 2.5rem 0 .6rem; padding-top: .6rem; border-top: 1.5px solid #1B4B7A; }
.quiet { color: #5B6470; }
figure { display: inline-block; width: 48%; min-width: 20rem; margin: 1rem 1% 0 0; vertical-align: top; }
figure.wide { width: 98%; max-width: 48rem; display: block; }
figcaption { font-weight: 700; font-size: .87rem; }
svg { width: 100%; }
table { border-collapse: collapse; font-size: .82rem; line-height: 1.5; display: block; overflow-x: auto; }
th { color: #5B6470; font-weight: 400; text-align: left; vertical-align: bottom; border-bottom: 1px solid #1F2328; }
th, td { padding: .3rem .7rem .3rem 0; }
td { border-bottom: 1px solid #E4E1DA; vertical-align: top; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.note { border-left: 3px solid #8A4B00; padding-left: .8rem; }
@media print { body { margin: 0; background: none; } h2 { break-after: avoid; } tr, figure { break-inside: avoid; } }
</style>
<h1>{{ title }}</h1>
<p class="quiet">{{ span }}</p>
{% for note in notes %}<p class="note">{{ note }}</p>
{% endfor %}
{% for chart, svg in charts %}<figure{% if chart.wide %} class="wide"{% endif %}>
<figcaption>{{ chart.title }}{% if chart.value %}<br>{{ chart.value }} {{ chart.told }}{% endif %}</figcaption>
{{ svg }}{% for note in chart.notes %}<p class="quiet">{{ note }}</p>{% endfor %}</figure>
{% endfor %}
{% if gaps %}<p class="note">{{ gaps_title }}</p><ul>{% for gap in gaps %}<li>{{ gap }}</li>{% endfor %}</ul>{% endif %}
{% for name, table in tables.items() %}
<h2>{{ name }}</h2>
<table>
<thead><tr>{% for header in table.headers %}<th>{{ header }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in table.rows %}<tr>{% for number, cell in row %}<td{% if number %} class="number"{% endif %}>{{ cell }}</td>
{%- endfor %}</tr>
{% endfor %}</tbody>
</table>
{% endfor %}
</html>
"""


def report_page(
    report: PeriodReport,
    tables: Mapping[str, pd.DataFrame],
    shown: Mapping[str, Shown],
    language: Language,
    operator_id: str | None = None,
) -> str:
    """The page. Every text is escaped: those of the charts where these are drawn."""
    from jinja2 import Environment
    from markupsafe import Markup

    book = report.book
    charts = [(chart, Markup(chart.svg)) for chart in report_charts(report, language, operator_id)]  # noqa: S704
    page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
    told_once = [header(column, language) for column in ("value", "note", "simulated")]
    return page.render(
        language=language,
        charts=charts,
        gaps=gaps([*book.block.values(), *book.value.values(), *book.voice.values()], language),
        tables={name: _cells(frame.drop(columns=told_once, errors="ignore"), shown) for name, frame in tables.items()},
        notes=_notes(report, language),
        **_words(report, language),
    )


def _notes(report: PeriodReport, language: Language) -> list[str]:
    as_of = report.book.as_of.date()
    unfinished = Text(
        f"期間の途中です。{as_of} までの記録で数えました。", f"The period is not over: counted until {as_of}."
    )
    told = [(report.simulated, NOTES["simulated"]), (not report.book.complete, unfinished)]
    return [in_language(note, language) for holds, note in told if holds]


def _words(report: PeriodReport, language: Language) -> dict[str, str]:
    book = report.book
    last = (book.period.closing - pd.Timedelta(days=1)).date()
    opening, as_of = book.period.opening.date(), book.as_of.date()
    return {
        "title": in_language(
            Text(f"継続と拡大のレポート {book.period.name}", f"Retention and expansion {book.period.name}"), language
        ),
        "span": in_language(
            Text(f"期間 {opening} 〜 {last}、記録は {as_of} まで", f"{opening} to {last}, records until {as_of}"),
            language,
        ),
        "gaps_title": in_language(_HEADER_OF_GAPS, language),
    }


def _cells(frame: pd.DataFrame, shown: Mapping[str, Shown]) -> dict[str, Any]:
    """Headers, and rows of (is a number, text)."""
    columns = [
        [_cell(value, shown.get(str(name), "number")) for value in frame.iloc[:, place].tolist()]
        for place, name in enumerate(frame.columns)
    ]
    return {"headers": [str(name) for name in frame.columns], "rows": list(zip(*columns, strict=True))}


def _cell(value: Any, shown: Shown) -> tuple[bool, str]:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return False, ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False, str(value.date() if isinstance(value, pd.Timestamp) else value)
    if shown == "rate":
        return True, f"{value:.1%}"
    return True, f"{value:,.0f}" if isinstance(value, int) or float(value).is_integer() else f"{value:,.3f}"

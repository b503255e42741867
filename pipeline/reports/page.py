"""The report of a period as one HTML page that needs nothing else: no script, no link, prints on A4."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.figures.book import FigureBook
from pipeline.language import Language, Text, in_language
from pipeline.reports.charts import MRR_TITLE, RETENTION_TITLE, mrr_svg, retention_svg
from pipeline.reports.figure_tables import gaps, header
from pipeline.reports.workbook import Shown

_HEADER_OF_GAPS = Text("数えるときに気を付けたもの", "What could not be counted, or was counted with care")
_PAGE = """<!doctype html>
<html lang="{{ language }}">
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font-family: "BIZ UDPGothic", "Yu Gothic", "Hiragino Sans", sans-serif; margin: 2rem auto; max-width: 60rem;
  color: #222; line-height: 1.6; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; display: block; overflow-x: auto; }
th, td { border: 1px solid #ddd; padding: .25rem .5rem; text-align: left; vertical-align: top; }
td.number { text-align: right; white-space: nowrap; }
.note { color: #8a4b00; }
svg { width: 100%; max-width: 40rem; }
@media print { body { margin: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
</style>
<h1>{{ title }}</h1>
<p>{{ span }}</p>
{% if note %}<p class="note">{{ note }}</p>{% endif %}
{% for caption, chart in charts %}<figure><figcaption>{{ caption }}</figcaption>{{ chart }}</figure>{% endfor %}
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
    book: FigureBook, tables: Mapping[str, pd.DataFrame], shown: Mapping[str, Shown], language: Language
) -> str:
    """The page. Every text is escaped; the charts are made here and hold no text from outside."""
    from jinja2 import Environment
    from markupsafe import Markup

    charts = [(MRR_TITLE, mrr_svg(book.months, language))]
    if book.curve is not None and book.curve.reliable_months:
        charts.append((RETENTION_TITLE, retention_svg(book.curve, language)))
    page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
    told_once = [header(column, language) for column in ("value", "note")]
    return page.render(
        language=language,
        charts=[(in_language(title, language), Markup(chart)) for title, chart in charts],  # noqa: S704 - see above
        gaps=gaps([*book.block.values(), *book.value.values(), *book.voice.values()], language),
        tables={name: _cells(frame.drop(columns=told_once, errors="ignore"), shown) for name, frame in tables.items()},
        **_words(book, language),
    )


def _words(book: FigureBook, language: Language) -> dict[str, str]:
    last = (book.period.closing - pd.Timedelta(days=1)).date()
    opening, as_of = book.period.opening.date(), book.as_of.date()
    note = Text(f"期間の途中です。{as_of} までの記録で数えました。", f"The period is not over: counted until {as_of}.")
    return {
        "title": in_language(
            Text(f"継続と拡大のレポート {book.period.name}", f"Retention and expansion {book.period.name}"), language
        ),
        "span": in_language(
            Text(f"期間 {opening} 〜 {last}、記録は {as_of} まで", f"{opening} to {last}, records until {as_of}"),
            language,
        ),
        "gaps_title": in_language(_HEADER_OF_GAPS, language),
        "note": "" if book.complete else in_language(note, language),
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

"""A certificate of erasure on paper: what was erased and when, where it did not reach, and hashes to check it by."""

from collections.abc import Mapping
from typing import Any

from pipeline.language import Language, Text
from pipeline.reports.pdf import typeset
from pipeline.reports.pdf_pages import Block, Pages, quiet, table_block
from pipeline.store.erasures import Erasure

LONGEST = 2_000  # hashes on paper; the file has all


def certificate_pdf(erasure: Erasure, language: Language) -> bytes:
    """The PDF of one certificate."""
    pages = Pages(language)
    certificate = erasure.certificate
    pages.section(Text("消したもの", "What was erased"), [_facts(erasure, pages), quiet(_NOTHING_KEPT, pages)])
    not_reached: Mapping[str, str] = certificate["not_reached"]
    pages.section(
        Text("届かないもの", "Not reached"),
        [quiet(Text(not_reached["ja"], not_reached["en"]), pages), _left(erasure, pages)],
    )
    hashes = certificate["call_hashes"]
    pages.section(
        Text("通話の番号のハッシュ", "Hashes of the call ids"),
        [quiet(_HOW_TO_CHECK, pages), *([_hashes(hashes, pages)] if hashes else [])]
        + ([quiet(_cut(len(hashes)), pages)] if len(hashes) > LONGEST else []),
    )
    return typeset(_document(erasure, pages), pages.charts)[0]


_NOTHING_KEPT = Text(
    "だれの通話だったか、何が話されたかは残していません。", "Whose calls they were and what was said is not kept."
)
_HOW_TO_CHECK = Text(
    "「call」と空白と通話の番号をつなげた文字の SHA-256。番号を知る人は、消えたことを確かめられます。",
    "SHA-256 of “call”, a blank and the call id: whoever knows the id can check that it was erased.",
)
_GOING_ON = Text("途中です。次の夜間バッチが続けます", "going on; the next night goes on")


def _facts(erasure: Erasure, pages: Pages) -> Block:
    certificate, number = erasure.certificate, pages.formats.number
    files = number(sum(certificate["files"].values())) if erasure.swept_at else pages.say(_GOING_ON)
    told = [
        (Text("消した日時", "Erased at"), pages.formats.moment(erasure.erased_at)),
        (Text("受付番号", "Reference"), erasure.reference),
        (Text("通話", "Calls"), number(erasure.calls)),
        (Text("録音", "Recordings"), number(erasure.recordings)),
        (Text("データベースの行", "Rows of the store"), number(sum(certificate["rows"].values()))),
        (Text("書き換えたか消したファイル", "Files changed or deleted"), files),
        (Text("消した人", "By"), erasure.erased_by),
        (Text("監査ログの番号", "Number in the audit log"), str(certificate["audit_number"])),
    ]
    return {"kind": "facts", "facts": [[pages.say(name), value] for name, value in told if value]}


def _left(erasure: Erasure, pages: Pages) -> Block:
    """Places that still hold something; an empty block where there is none, or nobody has looked yet."""
    places = erasure.certificate["left"] if erasure.swept_at else []
    title = pages.say(Text("まだ残っている場所", "Still in these places"))
    return table_block([title], [[place] for place in places], numbers=[False], widths=[1]) if places else {}


def _hashes(hashes: list[str], pages: Pages) -> Block:
    return table_block(["SHA-256"], [[one] for one in hashes[:LONGEST]], numbers=[False], widths=[1])


def _cut(number: int) -> Text:
    return Text(
        f"{number:,} 件のうち {LONGEST:,} 件。すべては JSON のファイルにあります。",
        f"{LONGEST:,} of {number:,}; the JSON file has all.",
    )


def _document(erasure: Erasure, pages: Pages) -> dict[str, Any]:
    return {
        "language": pages.language,
        "title": pages.say(Text(f"消去の証明 {erasure.erasure_id}", f"Certificate of erasure {erasure.erasure_id}")),
        "subtitle": pages.formats.moment(erasure.erased_at),
        "span": "",
        "footer": pages.say(Text("Kouken 貢献 · 取扱注意", "Kouken · confidential")),
        "lost_words": pages.say(
            Text("この書体にないため〓とした文字:", "Characters that the font lacks, drawn as 〓:")
        ),
        "notices": [],
        "sections": pages.sections,
    }

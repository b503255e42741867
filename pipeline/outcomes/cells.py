"""One cell of a table: its text to a value, or `Unreadable` with the reason."""

import hashlib
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from pipeline.language import Text
from pipeline.outcomes.columns import EVENTS
from pipeline.outcomes.dates import Unreadable

MISSING = frozenset({"", "-", "―", "null", "none", "n/a", "#n/a", "nan", "nat", "<na>"})
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_FLOAT_ID = re.compile(r"(\d+)\.0")
_MOST_DIGITS = 15  # beyond it neither Excel nor a double holds every digit
_TOTAL = re.compile(r"(総?合計|総計|小計|計|(grand\s*)?total|sub\s*total)", re.IGNORECASE)
_HMS = re.compile(r"(\d+):(\d{1,2}):(\d{1,2})")

SCIENTIFIC_ID = Text(
    "ID が指数表記になり、桁が失われています。元のシステムから文字列として書き出し直してください。",
    "The id is in scientific notation and has lost digits. Export it again as text.",
)
SCIENTIFIC_YEN = Text(
    "金額が指数表記になっています。整数で書き出し直してください。", "Write the amount as whole digits."
)
NO_YEN = Text("円の金額として読めません(整数で書いてください)。", "This is not an amount in whole yen.")
YEARLY_YEN = Text(
    "年額が混じっています。この列は月額(MRR)だけにしてください。",
    "This is a yearly amount. Every amount in this column must be monthly (MRR).",
)
NO_NUMBER = Text("数値として読めません。", "This is not a number.")
NO_WHOLE = Text("整数として読めません。", "This is not a whole number.")
NO_FLAG = Text("はい・いいえ(1・0)として読めません。", "This is neither yes nor no (1 or 0).")
NO_EVENT = Text(
    f"種別がわかりません。使えるのは 更新・解約・アップセル・クロスセル・減額・再開・再購入({', '.join(EVENTS)})です。",
    f"Unknown kind; use {', '.join(EVENTS)}.",
)

_EVENT_WORDS = {
    "更新": "renewed", "契約更新": "renewed", "継続": "renewed", "renewal": "renewed", "renew": "renewed",
    "解約": "churned", "churn": "churned", "cancelled": "churned", "canceled": "churned",
    "アップセル": "upsell", "増額": "upsell", "up_sell": "upsell", "upgrade": "upsell",
    "クロスセル": "cross_sell", "追加契約": "cross_sell", "crosssell": "cross_sell",
    "ダウングレード": "downgrade", "減額": "downgrade", "ダウンセル": "downgrade",
    "再開": "reactivated", "復活": "reactivated", "reactivation": "reactivated",
    "再購入": "repeat_purchase", "リピート購入": "repeat_purchase", "リピート": "repeat_purchase",
}  # fmt: skip
_TRUE = frozenset({"1", "true", "yes", "on", "y", "はい", "有", "あり", "○", "処置"})
_FALSE = frozenset({"0", "false", "no", "off", "n", "いいえ", "無", "なし", "×", "対照"})


def fold(text: str) -> str:
    """Width folded (NFKC) and trimmed; ASCII, the common case, is only trimmed."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def tidy(text: str) -> str:
    """Trimmed, composed (NFC) text, for names and categories: ㈱ and ① stay as they were written."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def is_missing(text: str) -> bool:
    """Whether the cell says nothing: empty, or one of the marks that exports write for that."""
    return not text or fold(text).casefold() in MISSING


def is_total(text: str) -> bool:
    """Whether an id cell is the label of a total row.

    >>> is_total("合計"), is_total("C0012")
    (True, False)
    """
    return bool(_TOTAL.fullmatch(fold(text)))


def read_id(text: str) -> str:
    """The id with full-width digits folded. `123.0` (an integer column with gaps, exported as float) is 123.

    >>> read_id(" Ｃ００１２ ")
    'C0012'
    """
    folded = fold(text)
    if _SCIENTIFIC.fullmatch(folded):
        raise Unreadable(SCIENTIFIC_ID)
    match = _FLOAT_ID.fullmatch(folded)
    return match[1] if match else folded


def read_yen(text: str) -> int:
    """Whole yen; a thousands comma, ¥, 円, 月額 and △ for minus are understood.

    >>> read_yen("¥１２，０００"), read_yen("△500")
    (12000, -500)
    """
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    folded = fold(text).replace(",", "").replace(" ", "")
    if re.search(r"年", folded):
        raise Unreadable(YEARLY_YEN)
    if _SCIENTIFIC.fullmatch(folded):
        raise Unreadable(SCIENTIFIC_YEN)
    bare = re.sub(r"^月額|/月$|^[¥\\]|円(/月)?$|^JPY|JPY$", "", folded.lstrip("▲△−-"))
    bare = re.sub(r"^[¥\\]", "", bare)
    amount = _decimal(bare, NO_YEN)
    if amount != amount.to_integral_value():
        raise Unreadable(NO_YEN)
    return -int(amount) if folded[0] in "▲△−-" else int(amount)


def _decimal(text: str, refusal: Text) -> Decimal:
    if not re.fullmatch(rf"[+-]?\d{{1,{_MOST_DIGITS}}}(\.\d{{0,{_MOST_DIGITS}}})?", text):
        raise Unreadable(refusal)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Unreadable(refusal) from None


def read_integer(text: str) -> int:
    """A whole number; a unit such as か月 may follow.

    >>> read_integer("12か月")
    12
    """
    folded = re.sub(r"(か月|ヶ月|カ月|ヵ月|箇月|months?|件|回)$", "", fold(text).replace(",", ""))
    value = _decimal(folded.strip(), NO_WHOLE)
    if value != value.to_integral_value():
        raise Unreadable(NO_WHOLE)
    return int(value)


def read_number(text: str) -> float:
    """A finite number; hours, minutes and seconds as 0:05:30 are 330 seconds.

    >>> read_number("0:05:30")
    330.0
    """
    folded = fold(text).replace(",", "")
    if match := _HMS.fullmatch(folded):
        return float(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]))
    try:
        value = float(folded.removesuffix("秒").removesuffix("%"))
    except ValueError:
        raise Unreadable(NO_NUMBER) from None
    if value != value or value in (float("inf"), float("-inf")) or "_" in folded:
        raise Unreadable(NO_NUMBER)
    return value


def read_flag(text: str) -> bool:
    """Yes or no in the usual spellings."""
    word = fold(text).casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unreadable(NO_FLAG)


def read_event(text: str) -> str:
    """The canonical kind of an outcome.

    >>> read_event("アップセル"), read_event("Cross-Sell")
    ('upsell', 'cross_sell')
    """
    word = fold(text).casefold().replace("-", "_").replace(" ", "_")
    if word in EVENTS:
        return word
    if word in _EVENT_WORDS:
        return _EVENT_WORDS[word]
    raise Unreadable(NO_EVENT)


def normal_phone(text: str) -> str | None:
    """The national number as digits, None if it is none (withheld, an extension). A zero lost by Excel is put back.

    >>> normal_phone("+81 90-1234-5678"), normal_phone("９０１２３４５６７８"), normal_phone("非通知")
    ('09012345678', '09012345678', None)
    """
    folded = fold(text)
    digits = re.sub(r"\D", "", folded.replace("(0)", ""))
    if folded.startswith("+81") or (digits.startswith("81") and len(digits) in (11, 12)):
        digits = "0" + digits.removeprefix("81").removeprefix("0")
    elif digits.startswith(("001081", "01081", "0081")):
        digits = "0" + digits[digits.index("81") + 2 :]
    elif len(digits) in (9, 10) and not digits.startswith("0"):
        digits = "0" + digits
    return digits if len(digits) in (10, 11) and digits.startswith("0") else None


def phone_hash(number: str, key: bytes) -> str:
    """Keyed BLAKE2b (16 bytes, hex) of a normalised number: equal numbers meet, nobody reads them back."""
    return hashlib.blake2b(number.encode(), key=key[:64], digest_size=16).hexdigest()

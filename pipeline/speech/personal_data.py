"""Personal data in what was said: card numbers, security codes, My Number, phones, e-mail, postal codes,
addresses.

Recognition makes mistakes, so what was asked for just before counts as much as check digits: sixteen digits after
「カード番号」 are one even if a digit was misheard, and of an answer that is digits alone even a remainder goes. The
more a rule trusts the question, the less it may fire where a number of another kind was named since.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.speech.digits import Number, counts_something, find_numbers, is_all_that_is_said

OTHER_NUMBER = re.compile(
    r"(?:お客様|注文|受付|契約者?|管理|伝票|問い?合わ?せ|請求書?|見積書?|申し?込み?|予約|手続き?|製造|承認|追跡|支払い?|口座)番号"
    r"|シリアル|型番|IMEI"
)
CARD_LENGTHS = range(14, 20)
CARD_CONTEXT = re.compile(r"カード|クレジット|VISA|ビザ|マスター|JCB|アメックス", re.IGNORECASE)
CARD_NUMBER = re.compile(r"(?:カード|クレジット|クレジッド|VISA|ビザ|マスター|JCB|アメックス).{0,6}番号", re.IGNORECASE)
CARD_PART = 8  # digits, of which there are sixteen, in a longer answer; an answer of digits alone may be cut shorter
LAST_DIGITS = re.compile(r"(?:下|末尾の?)\s*[3-4３４三四]\s*(?:桁|け[たさ])")  # which everybody may know
ISSUERS = {  # how numbers of each length begin; 15 digits of another kind that pass Luhn are a telephone's IMEI
    16: re.compile(r"4|5|35|6|2[2-7]"),
    15: re.compile(r"3[47]"),
    14: re.compile(r"3[068]"),
}
CODE_CONTEXT = re.compile(
    r"セキュリティ.{0,3}(?:コード|番号)|CVV|CVC|シーブイ|暗証番号|(?:裏|うら)面?[のに].{0,12}(?:3|三|３)桁",
    re.IGNORECASE,
)
DIGITS_ASKED = re.compile(r"[3-4３４三四]\s*(?:桁|け[たさ]).{0,6}(?:お願|教え|伺|おっしゃ|どうぞ|いただ|頂)")
MY_NUMBER_CONTEXT = re.compile(r"マイナンバ|個人番号")
POSTAL_CONTEXT = re.compile(r"〒|[郵有優友]便番号|ゆうびん番号")
PHONE_CONTEXT = re.compile(r"電話番号|携帯|連絡先|折り返し先")
PHONE_LENGTHS = range(9, 12)  # digits of a number asked for, of which one may have been lost
PHONE = re.compile(r"(?:0[25789]0\d{8}|0120\d{6}|0800\d{7}|0[1-9]\d{8})")
_AT = r"(?:@|＠|[アあ][ッっ][トと](?:[マま].?[クくグ])?)"
_DOT = r"(?:\.|．|ドット|どっと|ドッド|点)"
EMAIL = re.compile(
    r"(?:[A-Za-z0-9Ａ-Ｚａ-ｚ]{1,20}\s*(?:ドット|どっと|点|ハイフン|アンダーバー)\s*){0,4}"
    r"(?:[A-Za-z0-9０-９Ａ-Ｚａ-ｚァ-ヶー._%+\-ドット点ハイフン]{1,40}|(?:(?<=[、。はが\n])|^)[ぁ-んー]{1,15})"
    rf"\s*、?\s*{_AT}\s*、?\s*"
    rf"[A-Za-z0-9Ａ-Ｚａ-ｚァ-ヶー\-]{{1,30}}(?:\s*、?{_DOT}[\s、。]*[A-Za-zＡ-Ｚａ-ｚァ-ヶー]{{2,12}})+"
)


_PREFECTURE = (
    r"(?:東京都|北海道|大阪府|京都府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨"
    r"|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分"
    r"|宮崎|鹿児島|沖縄)県)"
)
_NO_TOWN = r"(?!区|町村|村|役|場|販|外|民|況|分|切|別|間|域|画|内(?:会|[のでにはもを、]))"  # 市役所, 区別, 町内会 …
_CITY = rf"[一-龥ぁ-んァ-ヶヶ]{{1,7}}?(?:市|区|郡|町|(?<!町)村){_NO_TOWN}"
_NUMBER = r"[0-9０-９〇一二三四五六七八九十百]+"
_UNIT = (
    r"円|人|名|件|台|個|本|枚|回|年|月|日|時|分|秒|か|ヶ|カ|歳|才|割|社|倍|番目|つ|%|％|万|千|億|キロ|ギガ|メガ|GB|MB"
)
_LOT = (
    rf"(?:{_NUMBER}(?:(?:丁目|番地?|[\-－ー‐のノ、 ])+{_NUMBER})+(?:番地?|号室?|階)?|{_NUMBER}番地)"
    rf"(?!{_NUMBER}|{_UNIT})"
)
_TOWN = rf"(?:{_PREFECTURE}(?:{_CITY})?|{_CITY})"
ADDRESS = re.compile(rf"{_TOWN}[一-龥ぁ-んァ-ヶー]{{0,14}}?{_LOT}")
NAMED_ADDRESS = re.compile(
    rf"{_TOWN}[^。？！\n]*?"
    r"(?=です|なんです|でござ|になり|に(?:住|引|お願|送|変|移|届|転|越|は|も)|で(?:よろし|お間違|は|も)|なら|から|まで|宛|を|が(?![丘谷浜崎原沢岡池島台森])|。|$)"
)
PREFECTURE = re.compile(_PREFECTURE)
BEFORE_CITY = re.compile(r"[一-龥ぁ-ん]{0,7}?[はがのをへ、](?=.{2})")  # 「実家の」 before a town without its prefecture
ADDRESS_CONTEXT = re.compile(r"住所|お届け先|送付先|引っ?越し先|転居先|お住まい")


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `start` to `end` (exclusive) are personal data of a kind of `pipeline.records.MaskedRange`."""

    kind: str
    start: int
    end: int


Before = Callable[[int], str]  # what was said in the conversation before a position of the text


def find_personal_data(text: str, before: Before) -> list[Found]:
    """Everything found, in order, without overlaps. `text` may be several utterances of one speaker joined by `\\n`."""
    found = [Found("email", match.start(), match.end()) for match in EMAIL.finditer(text)]
    found += [_address(match) for match in ADDRESS.finditer(text)]
    named = [_address(match) for match in NAMED_ADDRESS.finditer(text)]
    found += [address for address in named if ADDRESS_CONTEXT.search(before(address.start))]
    for number in find_numbers(text):
        found += _in_number(text, number, before(number.span[0]))
    return _without_overlaps(found)


def _address(match: re.Match[str]) -> Found:
    """What matched, without the words that run into it: an address begins with its prefecture, or its town."""
    prefecture = PREFECTURE.search(match.group())
    if prefecture:
        return Found("address", match.start() + prefecture.start(), match.end())
    lead = BEFORE_CITY.match(match.group())
    trimmed = lead is not None and re.match(_CITY, match.group()[lead.end() :]) is not None
    return Found("address", match.start() + (lead.end() if lead and trimmed else 0), match.end())


def _in_number(text: str, number: Number, before: str) -> Iterator[Found]:
    value = number.value
    if value.startswith("81") and len(value) in (11, 12) and text[: number.span[0]].endswith(("+", "＋")):
        yield Found("phone", number.span[0] - 1, number.span[1])
        return
    others = [match.end() for match in OTHER_NUMBER.finditer(before)]
    is_answer = is_all_that_is_said(text, number)
    kinds = [*_by_itself(value, before), *_by_question(value, before[max(others, default=0) :], is_answer)]
    if is_answer and not others and value.startswith("0") and len(value) in PHONE_LENGTHS:
        kinds.append(("phone", 0, len(value)))
    for kind, start, stop in kinds if not counts_something(text, number) else _by_itself(value, ""):
        yield Found(kind, *number.part(start, stop).span)


def _by_itself(value: str, before: str) -> Iterator[tuple[str, int, int]]:
    """What the digits are by their count, their beginning and their check digit, with what was talked about before."""
    length = len(value)
    if length >= 12 and CARD_CONTEXT.search(before):
        yield "card", 0, length
    elif length >= CARD_LENGTHS.start:
        yield from (("card", start, stop) for start, stop in _luhn_stretches(value))
    if (length == 12 and is_my_number(value)) or (length >= 9 and MY_NUMBER_CONTEXT.search(before)):
        yield "my_number", 0, length
    if (match := PHONE.search(value)) and (value == match.group() or PHONE_CONTEXT.search(before)):
        yield "phone", match.start(), match.end()


def _by_question(value: str, asked: str, is_answer: bool) -> Iterator[tuple[str, int, int]]:
    """What the digits are because that was asked for; `is_answer`: nothing else is said with them."""
    length = len(value)
    knows_last = LAST_DIGITS.search(asked) is not None
    is_code = CODE_CONTEXT.search(asked) or (is_answer and not knows_last and DIGITS_ASKED.search(asked))
    if 3 <= length <= 4 and is_code:
        yield "security_code", 0, length
    if CARD_NUMBER.search(asked) and not knows_last and length >= (3 if is_answer else CARD_PART):
        yield "card", 0, length
    if length in PHONE_LENGTHS and PHONE_CONTEXT.search(asked):
        yield "phone", 0, length
    if length == 7 and (POSTAL_CONTEXT.search(asked) or ADDRESS_CONTEXT.search(asked)):
        yield "postal_code", 0, length


def _luhn_stretches(value: str) -> Iterator[tuple[int, int]]:
    for length, issuers in ISSUERS.items():
        for start in range(len(value) - length + 1):
            stretch = value[start : start + length]
            if issuers.match(stretch) and passes_luhn(stretch):
                yield start, start + length
                return


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 check digit.

    >>> passes_luhn("4980123456789012"), passes_luhn("4242424242424242")
    (False, True)
    """
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_my_number(digits: str) -> bool:
    """Check digit of the 12-digit individual number (総務省令第85号, 2014).

    >>> is_my_number("123456789018"), is_my_number("123456789012")
    (True, False)
    """
    body = [int(digit) for digit in reversed(digits[:11])]
    total = sum(digit * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(body, start=1))
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def _without_overlaps(found: list[Found]) -> list[Found]:
    """Where two overlap, the longer one stays; of equal ones the first found."""
    kept: list[Found] = []
    for item in sorted(found, key=lambda f: f.start - f.end):
        if all(item.end <= other.start or other.end <= item.start for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda f: f.start)

"""What is wrong with the settings, told by key in the reader's language."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.language import Text
from pipeline.validation import Wanted, wanted

KINDS: Wanted = {
    "path_type": Text("ファイルかフォルダーの場所を、引用符で囲んで書いてください", "must be a path in quotes"),
    "ip_any_network": Text("192.0.2.0/24 のようなネットワークにしてください", "must be a network like 192.0.2.0/24"),
    "string_pattern_mismatch": Text("正規表現 {pattern} に合う形にしてください", "must have the form {pattern}"),
    "string_type": Text("引用符で囲んだ文字で書いてください", "must be text in quotes"),
    "tuple_type": Text('["…", "…"] のように [ ] で囲んだ一覧にしてください', 'must be a list in [ ], like ["…", "…"]'),
    "dict_type": Text("[ ] の見出しの下に一つずつ書いてください", "must be a table of settings"),
    "model_type": Text("[ ] の見出しの下に一つずつ書いてください", "must be a table of settings"),
}


def explained(error: ValidationError, place: str, known: Sequence[str]) -> Text:
    """All of it in one text; to a key that does not exist the nearest of the known ones is named."""
    told = [_told(dict(problem), known) for problem in error.errors()]
    return Text(
        " ".join(text.ja for text in told) + f"({place} または環境変数 KOUKEN_…)",
        " ".join(text.en for text in told) + f" ({place} or environment KOUKEN_…)",
    )


def _told(problem: Mapping[str, Any], known: Sequence[str]) -> Text:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, known, n=1, cutoff=0)
        return Text(
            f"設定「{key}」はありません。「{near[0]}」のことですか。",
            f"There is no setting “{key}”. Did you mean “{near[0]}”?",
        )
    ja, en = f"設定「{key}」の値が使えません: ", f"The value of “{key}” cannot be used: "
    must = wanted(problem, KINDS)
    if must is None:  # in the words of the library
        return Text(ja + problem["msg"], en + problem["msg"])
    return Text(f"{ja}{must.ja}。", f"{en}it {must.en}.")

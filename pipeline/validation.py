"""What pydantic found wrong with a value, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from pipeline.language import Text

Wanted = Mapping[str, Text]  # by pydantic's type of error; {…} is of its context

VALUES: Wanted = {
    "greater_than_equal": Text("{ge} 以上にしてください", "must be {ge} or more"),
    "greater_than": Text("{gt} より大きくしてください", "must be more than {gt}"),
    "less_than_equal": Text("{le} 以下にしてください", "must be {le} or less"),
    "less_than": Text("{lt} より小さくしてください", "must be less than {lt}"),
    "int_parsing": Text("整数で書いてください", "must be a whole number"),
    "int_parsing_size": Text("整数で書いてください(桁が多すぎます)", "must be a whole number of fewer digits"),
    "int_type": Text("整数で書いてください", "must be a whole number"),
    "int_from_float": Text("整数で書いてください", "must be a whole number"),
    "float_parsing": Text("数で書いてください", "must be a number"),
    "float_type": Text("数で書いてください", "must be a number"),
    "finite_number": Text("有限の数で書いてください", "must be a finite number"),
    "bool_parsing": Text("true か false にしてください", "must be true or false"),
    "bool_type": Text("true か false にしてください", "must be true or false"),
    "literal_error": Text("{expected} のどれかにしてください", "must be one of {expected}"),
    "string_too_long": Text("{max_length} 文字以下にしてください", "must have {max_length} characters or fewer"),
    "missing": Text("書いてください", "must be given"),
}


def wanted(problem: Mapping[str, Any], kinds: Wanted) -> Text | None:
    """What the value has to be, as the end of a sentence; None for a type of error that neither `kinds`, the words of
    the caller's format, nor `VALUES` tells.

    >>> wanted({"type": "less_than_equal", "ctx": {"le": 1}}, {}).en
    'must be 1 or less'
    """
    found, context = kinds.get(problem["type"]) or VALUES.get(problem["type"]), problem.get("ctx", {})
    if found is None:
        return None
    listed = {name: str(value).replace("' or '", "'、'").replace("', '", "'、'") for name, value in context.items()}
    return Text(found.ja.format(**listed), found.en.format(**context))

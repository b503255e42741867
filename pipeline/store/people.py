"""Who acts: one person has one name, however it is typed."""

import unicodedata

from pipeline.errors import BadInput
from pipeline.language import Text

STARTER = "kouken"  # who publishes and offers what ships with the product; nobody else may bear the name
LONGEST = 64  # characters


def person(name: str) -> str:
    """The name by which a person is kept: half width, lower case, without blanks around; `Ｓａｔｏ ` is `sato`.

    Otherwise an author could approve the own change under another spelling. Raises `BadInput` for what is no name.
    """
    known = unicodedata.normalize("NFKC", name).strip().casefold()
    if not known or len(known) > LONGEST or any(unicodedata.category(character)[0] == "C" for character in known):
        raise BadInput(
            Text("利用者の名前を 64 文字までで指定してください。", "Give a user name of up to 64 characters.")
        )
    if known == STARTER:
        raise BadInput(Text(f"「{STARTER}」は製品そのものの名前です。", f"“{STARTER}” is the product itself."))
    return known

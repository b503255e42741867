"""The URL of the store: read without ever telling what stands in it, and shown without its password."""

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text

BACKENDS = ("sqlite", "postgresql")
SHOWN = ("host", "port")  # of what follows the "?", which may hold passwords, too


def parsed(url: str) -> sa.URL:
    """Raises `BadInput`, which quotes nothing: where the password would stand is not known."""
    try:
        read = sa.make_url(url)
        known = read.get_backend_name() in BACKENDS
    except (sa.exc.ArgumentError, ValueError):
        known = False
    if known:
        return read
    raise BadInput(
        Text("データベースの URL を読めません。", "The URL of the database cannot be read."),
        remedy=Text(
            "store.url か store.url_file を postgresql+psycopg://利用者:パスワード@ホスト/名前 の形で書いてください"
            "(パスワードの記号は %40 のように)。",
            "Write store.url or store.url_file like postgresql+psycopg://USER:PASSWORD@HOST/NAME "
            "(signs in the password like %40).",
        ),
    )


def shown(url: sa.URL) -> str:
    """For people and logs: where it is, and no secret."""
    return url.set(query={key: url.query[key] for key in SHOWN if key in url.query}).render_as_string()

"""The key under which phone numbers are hashed: made once, kept beside the store, readable by its owner only.

The key that seals second factors of sign-ins is derived from it; see `pipeline.accounts.second_factor`.
"""

import os
import secrets
from pathlib import Path

_BYTES = 32


def phone_key(data_dir: Path) -> bytes:
    """The key in `data_dir`, made on first use. Without it stored hashes can no longer meet new ones, so back it up."""
    path = data_dir / "phone.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"phone.key.{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(_BYTES))
        try:
            os.link(temporary, path)  # fails if another process was first: one key wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_bytes()

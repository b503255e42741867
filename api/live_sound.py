"""Parts of a sound that is still being decoded: each is sent as soon as it is there, and no thread waits for it."""

import asyncio
import re
from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from pipeline.audio.live import Live

CHUNK = 64 << 10  # bytes: a second
POLL_S = 0.01
RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))")


def live_answer(request: Request, live: Live, tag: str) -> Response:
    """200 with all of it, 206 with the part asked for by Range, or 416."""
    headers = {"Accept-Ranges": "bytes", "ETag": tag}
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", tag) != tag:
        asked = ""
    if not RANGE.fullmatch(asked):  # several parts at once, too, are answered with the whole, as RFC 9110 allows
        return _stream(live, 0, live.size, 200, headers)
    start, stop = part_of(asked, live.size)
    if start >= stop:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{live.size}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{live.size}"
    return _stream(live, start, stop, 206, headers)


def part_of(asked: str, size: int) -> tuple[int, int]:
    """First byte and the one after the last; nothing between them where there is no such part.

    >>> part_of("bytes=10-19", 100), part_of("bytes=90-", 100), part_of("bytes=-5", 100), part_of("bytes=100-", 100)
    ((10, 20), (90, 100), (95, 100), (100, 100))
    """
    found = RANGE.fullmatch(asked)
    assert found is not None
    first, last, from_end = found.groups()
    if from_end is not None:
        return max(size - int(from_end), 0), size
    return min(int(first), size), min(int(last) + 1, size) if last else size


async def live_peaks(live: Live) -> AsyncIterator[bytes]:
    """The peaks, when they are there."""
    while not live.has_peaks():
        await asyncio.sleep(POLL_S)
    yield await run_in_threadpool(live.copy.peaks.read_bytes)


def _stream(live: Live, start: int, stop: int, status: int, headers: dict[str, str]) -> StreamingResponse:
    headers["Content-Length"] = str(stop - start)
    return StreamingResponse(_parts(live, start, stop), status, headers, media_type="audio/wav")


async def _parts(live: Live, start: int, stop: int) -> AsyncIterator[bytes]:
    for first in range(start, stop, CHUNK):
        after = min(first + CHUNK, stop)
        while not live.has(after):
            await asyncio.sleep(POLL_S)
        yield await run_in_threadpool(live.read, first, after)

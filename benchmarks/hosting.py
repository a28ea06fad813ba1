"""What the browser edition costs its server when a whole class opens it at once, with empty caches.

    python -m benchmarks.hosting --site DIR --port 8000 [--visitors 200] [--json]

DIR was built by `site --lite`, and a web server on this computer serves it at the port. A visit consists of the files that a
real Chromium asks for from the click until it has run lecture 04. All visitors then fetch these files from the server at the
same time, each over the six connections that a browser opens. Everything stays on this computer, and the visitors only read:
the time that their browsers would compute is not included.

`requests` and `bytes` of all visitors, `failed` of these requests, `seconds` until the last visitor has everything;
`requests_per_s` and `megabytes_per_s` of the server. A class often has a slower link: `link_seconds` is how long 1 Gbit/s takes
for `gzip_bytes`, the bytes that a server with compression sends.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import chromium
from lite import Edition

from benchmarks.browser import DESKTOP, visit, weight

CONNECTIONS = 6  # that a browser opens to one server over HTTP/1.1
LINK = 1e9 / 8  # bytes per second
PIECE = 1 << 16
PATIENCE = 300  # seconds


def files_of_a_visit(browser, folder):
    """The files that a cold visit of lecture 04 asks for. folder: the site"""
    with Edition(folder, browser) as edition:
        context = browser.new_context(viewport=DESKTOP)
        _seconds, files, _book = visit(context, edition)
        context.close()
    return files


async def fetch(reader, writer, path, size):
    """Ask for one file over an open connection. -> whether it arrived whole"""
    writer.write(f"GET /{quote(path)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
    waiting = length
    while waiting and (piece := await reader.read(min(waiting, PIECE))):
        waiting -= len(piece)
    return b" 200 " in head.partition(b"\r\n")[0] and length == size and not waiting


async def visitor(port, files):
    """Fetch all files, as many at a time as a browser does. -> how many failed"""
    waiting, failed = list(reversed(files)), 0

    async def connection():
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            failed += not await fetch(reader, writer, *waiting.pop())
        writer.close()

    for ended in await asyncio.gather(*(connection() for _ in range(CONNECTIONS)), return_exceptions=True):
        failed += ended is not None  # a connection that was lost took a file with it
    return failed + len(waiting)


async def opened_at_once(port, files, visitors):
    async with asyncio.timeout(PATIENCE):
        return sum(await asyncio.gather(*(visitor(port, files) for _ in range(visitors))))


def measure(site, port, visitors):
    """All measurements. site: a folder with the browser edition in lite/.  port: where a server on this computer serves it"""
    with chromium() as browser:
        files = files_of_a_visit(browser, site)
    sizes = [(file.relative_to(site).as_posix(), file.stat().st_size) for file in files]
    begun = time.perf_counter()
    failed = asyncio.run(opened_at_once(port, sizes, visitors))
    seconds = time.perf_counter() - begun
    one = weight(files)
    requests, total = visitors * one["requests"], visitors * one["bytes"]
    return {
        "visitors": visitors,
        "requests": requests,
        "bytes": total,
        "gzip_bytes": visitors * one["gzip_bytes"],
        "failed": failed,
        "seconds": round(seconds, 1),
        "requests_per_s": round(requests / seconds),
        "megabytes_per_s": round(total / seconds / 1e6),
        "link_seconds": round(visitors * one["gzip_bytes"] / LINK, 1),
    }


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--site", type=Path, required=True, help="the folder that `site --lite` has built")
    ask.add_argument("--port", type=int, required=True, help="where a server on this computer serves it")
    ask.add_argument("--visitors", type=int, default=200)
    ask.add_argument("--json", action="store_true", help="one line of JSON")
    asked = ask.parse_args()
    found = measure(asked.site.resolve(), asked.port, asked.visitors)
    if asked.json:
        print(json.dumps(found))
        return
    print(
        f"{found['visitors']} visitors at once: {found['requests']} requests, {found['bytes'] / 1e9:.1f} GB "
        f"({found['gzip_bytes'] / 1e9:.1f} GB gzipped), {found['failed']} failed, in {found['seconds']} s: "
        f"{found['requests_per_s']} requests and {found['megabytes_per_s']} MB per second. "
        f"Over a link of 1 Gbit/s it takes {found['link_seconds']} s, gzipped."
    )


if __name__ == "__main__":
    main()

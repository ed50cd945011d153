"""How heavy a first visit is: what each shared file costs compressed, and what Chromium really received from a running Serein.

    python -m bench.page_weight                                  the shared files, raw, gzip and brotli
    python -m bench.page_weight http://localhost:8000/accounts/login/ …    what a first visit to each address transfers

The budget is 150 kB (`facts` of the design: a patient's home in 60 kB). Exit status 1 when an address exceeds it. Peers, measured the same way:
GOV.UK Frontend whole 15.7 kB of CSS, USWDS 58.6, NHS.UK 28.8, Tabler 77.2; React with seven Mantine components 109 kB of script.
"""

import gzip
import os
import sys
from pathlib import Path

import brotli

from serein.config.place import PACKAGE

BUDGET_BYTES = 150_000
STATIC = PACKAGE / "interfaces" / "web" / "shell" / "static"


def sizes(file: Path) -> tuple[int, int, int]:
    data = file.read_bytes()
    if file.suffix == ".woff2":
        return len(data), len(data), len(data)
    return len(data), len(gzip.compress(data, 9)), len(brotli.compress(data))


def shared_files() -> None:
    print(f"{'file':<64}{'raw':>9}{'gzip':>9}{'brotli':>9}")
    for file in sorted(f for f in STATIC.rglob("*") if f.suffix in (".css", ".js", ".woff2", ".svg")):
        raw, gz, br = sizes(file)
        print(f"{file.relative_to(STATIC).as_posix():<64}{raw:>9}{gz:>9}{br:>9}")


def received(url: str) -> dict[str, int]:
    """Bytes on the wire by address, headers included, of a first visit with an empty cache."""
    from playwright.sync_api import sync_playwright

    found: dict[str, int] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        page = browser.new_page()
        page.on(
            "requestfinished", lambda r: found.update({r.url: r.sizes()["responseBodySize"] + r.sizes()["responseHeadersSize"]})
        )
        page.goto(url, wait_until="networkidle")
        browser.close()
    return found


def main(urls: list[str]) -> int:
    if not urls:
        shared_files()
    heavy = False
    for url in urls:
        parts = received(url)
        total = sum(parts.values())
        heavy |= total > BUDGET_BYTES
        print(f"{url}: {total} bytes in {len(parts)} requests{'  OVER THE BUDGET' if total > BUDGET_BYTES else ''}")
        for part, size in sorted(parts.items(), key=lambda p: -p[1]):
            print(f"{size:>9}  {part}")
    return int(heavy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

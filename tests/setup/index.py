"""A package index on loopback: the locked files, and a newer, useless release of each project."""

from __future__ import annotations

import hashlib
import html
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and writes no log."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """Serve the files in a folder beside a newer release of each; gives the index's address.

    Writes the newer releases and the index's pages (PEP 503) into that folder.
    """
    for name, versions in releases(folder.iterdir()).items():
        _write_newer(folder, name, max(versions))
    _write_pages(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()


def releases(files: Iterable[Path]) -> dict[str, set[Version]]:
    """The versions of each project among these files, by canonical name."""
    found: dict[str, set[Version]] = defaultdict(set)
    for file in files:
        if file.suffix == ".whl":
            name, version, _, _ = parse_wheel_filename(file.name)
        elif file.name.endswith((".tar.gz", ".zip")):
            name, version = parse_sdist_filename(file.name)
        else:
            continue
        found[name].add(version)
    return found


def _write_newer(folder: Path, name: str, version: Version) -> None:
    """A wheel of the next major version that holds nothing: whoever installs it gets nothing."""
    newer = f"{version.major + 1}.0"
    stem = f"{name.replace('-', '_')}-{newer}"
    info = f"{stem}.dist-info"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {newer}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")


def _write_pages(folder: Path) -> None:
    """A page for each project with the address and hash of each of its files."""
    pages: dict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.iterdir()):
        for name in releases([file]):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            link = html.escape(f"/{file.name}#sha256={digest}")
            pages[canonicalize_name(name)].append(f'<a href="{link}">{html.escape(file.name)}</a>')
    for name, links in pages.items():
        page = folder / "simple" / name / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("<!doctype html>\n" + "<br>\n".join(links), encoding="utf-8")

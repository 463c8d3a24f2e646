"""The number of the bot's files that two traced paths enter. `python -m bench.trace` lists them."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from types import FrameType

import requests
import structlog

import bot
from bench.figure import Figure, Instead, Scale, Target
from bench.tips_files import SITE, write
from bot.bootstrap.container import Container, open_container
from bot.bootstrap.running.runner import Runner
from bot.tips_file.read_file import Watch
from tests.whole.operator import free_port, hidden_fields

HOW = """Two paths through the real parts of a running `tipsbot run`, with the site as the only
account and without the scheduler. A tip from its file to its page: a changed file is read and
checked, a tip of it is picked, composed, planned and delivered, and the page is requested over
HTTP. And a comment, from the form on that page to the page that shows it. `sys.setprofile`, in
every thread, records each file of bot/ of which a function or a template is entered. Imports and
the bot's start are not counted."""

POST = "a tip, from its file to its post"
TIP = "a tip, from its file to its page"
REPLY = "a comment, from the form to the page"
BEFORE = {POST: 83, TIP: 116, REPLY: 83}
"""The numbers before the change of the layout (2026-11-29)."""
SHARE = 0.6
"""The share of these that may be left."""
PLACE = Path(bot.__file__).parent
NEWS = "This is news to everybody here."
WORDS = "Whoever reads this was here."


@dataclass
class Trace:
    """Records the bot's files that are entered, in all threads that start later."""

    files: set[str] = field(default_factory=set)

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Called by the interpreter for every call."""
        code = frame.f_code
        if event == "call" and code.co_name != "<module>":
            self.files.add(code.co_filename)

    def elapsed(self) -> list[str]:
        """The files since the last time, by their place in bot/."""
        files, self.files = self.files, set()
        with_peak_memory = (Path(one) for one in files if one.startswith(f"{PLACE}/"))
        return sorted(str(one.relative_to(PLACE)) for one in with_peak_memory)


def measure(scale: Scale) -> Iterator[Figure]:  # noqa: ARG001 - there is but one tip
    """The number of files of each path."""
    for walk, files in walks().items():
        before = BEFORE[walk]
        yield Figure(
            name=f"{walk}: files entered",
            value=len(files),
            unit="files",
            instead=Instead(what="before", value=before),
            target=Target(limit=SHARE * before),
        )


def walks() -> dict[str, list[str]]:
    """The files that each path enters."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _import_all()
    with TemporaryDirectory() as place:
        file = write(Path(place), 10, SITE)
        trace = Trace()
        with _noting(trace):
            running = Runner(container=_open(file), watch=Watch(file))
            running.container.adopt(running.container.loaded)
            running.prepare(now=False)
            _change(file)
            trace.elapsed()
            _publish(running)
            posted = trace.elapsed()
            page = _see(running)
            found = {POST: posted, TIP: sorted({*posted, *trace.elapsed()})}
            _comment(page)
            found[REPLY] = trace.elapsed()
        running.stop()
    return found


def _import_all() -> None:
    for one in walk_packages(bot.__path__, "bot."):
        if "migrations" not in one.name and not one.name.endswith("__main__"):
            import_module(one.name)


def _change(file: Path) -> None:
    """Save the file with another text in each tip."""
    known = file.read_text(encoding="utf-8")
    file.write_text(known.replace("text: >\n", f"text: >\n      {NEWS}\n"), encoding="utf-8")


def _open(file: Path) -> Container:
    return open_container(file, variables={"TIPSBOT_BIND": f"127.0.0.1:{free_port()}"})


@contextmanager
def _noting(trace: Trace) -> Iterator[None]:
    threading.setprofile(trace.note)
    sys.setprofile(trace.note)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _publish(running: Runner) -> None:
    """Bring out a tip that the bot has not seen before."""
    container = running.container
    container.adopt(container.reload())
    container.planner.now(container.config, container.clock.now())
    running.jobs.run("deliver", "site")


def _see(running: Runner) -> str:
    """See the tip's page; its address."""
    page = f"{running.site.server.address}/tips/tip-0"
    if NEWS not in unescape(requests.get(page, timeout=60).text):
        raise SystemExit("the page does not show the tip")
    return page


def _comment(page: str) -> None:
    """Fill the form in, and see the comment on the page."""
    with requests.Session() as browser:
        form = hidden_fields(browser.get(page, timeout=60).text)
        sent = browser.post(page, data={**form, "name": "Reader", "text": WORDS}, timeout=60)
    if WORDS not in sent.text:
        raise SystemExit(f"the page does not show the comment: {sent.status_code}")


if __name__ == "__main__":
    for walk, files in walks().items():
        print(f"{len(files)} files: {walk}", *files, sep="\n  ")

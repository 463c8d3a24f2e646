"""Reads the response of a stranger's page in a process of its own.

A megabyte of markup can keep a parser busy for hours, or fill the memory. So another program reads
the pages (`bot.outbound.pages.page_worker`), with little time and memory and without any secret.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.core.discussion.webmention import Failure, ReadFailure, Response
from bot.core.errors import Refused, RetryLater
from bot.outbound.pages.cpu_budget import CpuBudget
from bot.outbound.pages.ssrf_safe_fetch import Fetched, PageFetcher

PATIENCE = 30
"""Seconds that reading one page may take; the worker's own limits are lower."""

_ANSWER = TypeAdapter[Response | None](Response | None)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReader:
    """`core.discussion.webmention.Fetcher` over the network."""

    fetcher: PageFetcher
    budget: CpuBudget = field(default_factory=CpuBudget)
    now: Callable[[], float] = time.monotonic

    def read(self, source: str, target: str) -> Response | ReadFailure:
        """The response of the page `source` to `target`, or why there is none (any more).

        Raises Refused, and RetryLater, also where its site has used up its share of CPU time.
        """
        self._check(source)
        page = self.fetcher.fetch(source)
        if page is None:
            return ReadFailure(failure=Failure.GONE, why="there is no such page")
        self._check(page.url)
        begun = self.now()
        try:
            response = read(page, target)
        finally:
            end = self.now()
            self.budget.spend({source, page.url}, end - begun, end)
        if response is not None:
            return replace(response, url=page.url)
        if not page.whole:
            raise Refused("it is large, and its beginning does not link to the tip")
        return ReadFailure(failure=Failure.UNLINKED, why="it does not link to the tip")

    def _check(self, address: str) -> None:
        if self.budget.is_used_up(address, self.now()):
            raise RetryLater("the pages of its site took too much CPU time")


def read(page: Fetched, target: str) -> Response | None:
    """The response of the page to `target`, or None if it does not link there.

    Raises Refused for a page that cannot be read within the limits.
    """
    asked = {"url": page.url, "kind": page.kind, "charset": page.charset, "target": target}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bot.outbound.pages.page_worker"],
            input=json.dumps(asked).encode() + b"\n" + page.body,
            capture_output=True,
            env={"PYTHONPATH": os.pathsep.join(str(Path(place).resolve()) for place in sys.path)},
            timeout=PATIENCE,
            check=True,
        )
        return _ANSWER.validate_json(done.stdout)
    except (subprocess.SubprocessError, ValidationError) as error:
        raise Refused("it cannot be read within a reasonable time") from error

"""What the image promises. Each is a function of the engine; its docstring is what is reported."""

from __future__ import annotations

import json
import signal
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from tests.image.engine import ROOT, Container, Engine, Failed, await_that
from tests.whole.operator import hidden_fields

FIRST = "/tips/you-need-not-be-a-techie"
ANYBODY = "1234567:0"
"""A user id that no image knows, with group 0, as OpenShift gives it."""
RUN = ("run", "--now")
FLEET = "cryptography", "procrastinate", "psycopg"
"""The packages of the extra `fleet`."""
INSTALLED = f"from importlib.util import find_spec; print(*filter(find_spec, {FLEET}))"
LACKING = """
from bot.pictures.card import Card, draw, missing

card = Card(title="", words="Tip はい 测试 팁 نصيحة सुझाव เคล็ดลับ 🎉", bot="Tips")
print(missing(card), len(draw(card).data) > 10_000)
"""
COMPACT = """
from pathlib import Path
from bot.store import open_store

database = open_store(Path("/data/large"))
with database.connect() as connection:
    connection.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(8000000)")
print(database.compact())
"""


def it_names_its_version(engine: Engine) -> None:
    """Its label and its command name the project's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    labels: Any = engine.config()["Labels"]
    _check(labels["org.opencontainers.image.version"] == project["version"], f"labels: {labels}")
    with engine.volume() as volume, engine.start(volume, ["--version"]) as container:
        _check(_end(container) == 0, container.output())
        _check(project["version"] in container.output(), container.output())


def it_stops_while_it_starts(engine: Engine) -> None:
    """SIGTERM ends it with 143 before its site is up: its first process misses no signal."""
    with engine.volume() as volume, engine.start(volume, RUN) as container:
        while container.ended() is None:
            container.signal(signal.SIGTERM)
            time.sleep(0.05)
        code = container.ended()
        _check(code == 128 + signal.SIGTERM, f"it ended with {code}: {container.output()}")
        _check("site:" not in container.output(), container.output())


def it_posts_and_goes_on(engine: Engine) -> None:
    """It posts the first tip, its page answers, it is healthy; its volume goes on after a stop."""
    with engine.volume() as volume:
        with _up(engine, volume) as container:
            _check(_status(container)["accounts"][0]["last_post"]["delivery"] == 1, "not posted")
            _reply(container, "Is it really leadership?")
        with _up(engine, volume) as container:
            _check("Is it really" in container.call("tipsbot", "log").output, "the reply is gone")
            _check(_status(container)["accounts"][0]["last_post"]["delivery"] == 1, "posted twice")


def it_compacts_on_a_read_only_file_system(engine: Engine) -> None:
    """Of erased words it frees a database that is too large for SQLite to rewrite in memory."""
    with engine.volume() as volume, _up(engine, volume) as container:
        done = container.call("python", "-c", COMPACT)
        _check(done.code == 0 and done.output == "True\n", done.output)


def it_runs_as_anybody(engine: Engine) -> None:
    """Under any user id with group 0 it uses a fresh volume, and one of the image's own user."""
    with engine.volume() as volume, _up(engine, volume, ANYBODY):
        pass
    with engine.volume() as volume:
        with _up(engine, volume):
            pass
        with _up(engine, volume, ANYBODY) as container:
            _check("summaries_not_kept" not in container.output(), container.output())


def it_draws_cards(engine: Engine) -> None:
    """It has the fonts for cards in the scripts of all continents."""
    with engine.volume() as volume, _up(engine, volume) as container:
        done = container.call("python", "-c", LACKING)
        _check(done.code == 0 and done.output == "() True\n", done.output)


def it_has_no_fleet(engine: Engine) -> None:
    """Without a build argument it holds no package of the extra `fleet`."""
    with engine.volume() as volume, _up(engine, volume) as container:
        done = container.call("python", "-c", INSTALLED)
        _check(done.code == 0 and not done.output.split(), done.output)


def it_has_the_fleet(engine: Engine) -> None:
    """With EXTRAS=fleet it holds the packages of that extra, which load, and a single bot runs."""
    with engine.volume() as volume, _up(engine, volume) as container:
        done = container.call("python", "-c", f"import {', '.join(FLEET)}; {INSTALLED}")
        _check(done.output.split() == list(FLEET), done.output)


PROMISES = (
    it_names_its_version,
    it_stops_while_it_starts,
    it_posts_and_goes_on,
    it_compacts_on_a_read_only_file_system,
    it_runs_as_anybody,
    it_draws_cards,
    it_has_no_fleet,
)
FLEET_PROMISES = (it_has_the_fleet,)
"""What the image with the extra `fleet` promises besides."""


def seconds(engine: Engine) -> tuple[float, float]:
    """How long a start takes until the site says that it is healthy, and how long `check` does."""
    with engine.volume() as volume, engine.start(volume, RUN) as container:
        start = _took(lambda: await_that(lambda: _is_healthy(container), "a healthy site"))
        return start, min(_took(lambda: container.call("tipsbot", "check")) for _ in range(3))


@contextmanager
def _up(engine: Engine, volume: str, user: str | None = None) -> Iterator[Container]:
    """A bot that is healthy and has posted; at the end it has to stop in an orderly way."""
    check: Any = engine.config()["Healthcheck"]
    with engine.start(volume, RUN, user) as container:
        try:
            await_that(lambda: _is_posted(container), f"a page at {container.site}{FIRST}")
        except Failed as failed:
            raise Failed(f"{failed}; it wrote:\n{container.output()}") from None
        healthy = container.call(*check["Test"][1:])
        _check(healthy.code == 0, f"the health check fails: {healthy.output}")
        yield container
        container.signal(signal.SIGTERM)
        _check(_end(container) == 0, f"it ended with {container.ended()}: {container.output()}")
        _check("all work finished" in container.output(), container.output())


def _is_posted(container: Container) -> bool:
    _check(container.ended() is None, f"it ended with {container.ended()}")
    return _answers(container, FIRST)


def _is_healthy(container: Container) -> bool:
    _check(container.ended() is None, f"it ended with {container.ended()}: {container.output()}")
    return _answers(container, "/healthz")


def _answers(container: Container, path: str) -> bool:
    try:
        return requests.get(container.site + path, timeout=10).ok
    except requests.ConnectionError:
        return False


def _reply(container: Container, text: str) -> None:
    """Write a reply under the first tip, as a browser does."""
    with requests.Session() as browser:
        page = browser.get(container.site + FIRST, timeout=10)
        form = {**hidden_fields(page.text), "name": "Robin", "text": text}
        answer = browser.post(page.url, data=form, timeout=10)
    _check(answer.ok and text in answer.text, f"a reply was answered with {answer.status_code}")


def _status(container: Container) -> Mapping[str, Any]:
    told = container.call("tipsbot", "status", "--json")
    _check(told.code == 0, told.output)
    return dict(json.loads(told.output))


def _end(container: Container) -> int | None:
    """The exit code, once it has ended."""
    await_that(lambda: container.ended() is not None, "the end of the container")
    return container.ended()


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _check(holds: object, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)

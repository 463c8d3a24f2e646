"""What can build an image and run it, and what a running container offers."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[2]
TAG = "tipsbot"
WITHIN = 60
"""Seconds within which anything that is awaited has to happen."""


class Unavailable(Exception):
    """Nothing can build an image here; the text says why, on one line."""


class Failed(Exception):
    """A build failed or a promise is broken; the text says how."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """How a command in a container ended, and what it wrote to both streams."""

    code: int
    output: str


class Container(Protocol):
    """A bot in a container, from its start on."""

    site: str
    """the address of its site on this machine"""

    def signal(self, number: int) -> None:
        """Send a signal to its first process; nothing happens once that has ended."""

    def ended(self) -> int | None:
        """The exit code of its first process, None while it runs."""

    def output(self) -> str:
        """All that its first process wrote so far, to both streams."""

    def call(self, *words: str) -> Done:
        """Run a command in it, as the same user."""


class Engine(Protocol):
    """Builds one image, and runs it."""

    def build(self, extras: str = "") -> None:
        """Build the image, which the other methods then mean, with an extra of the project.

        Raises Failed, and Unavailable where there is nothing to build on.
        """

    def config(self) -> Mapping[str, object]:
        """What the image says about itself: `Healthcheck`, `Labels`, `User` and so on."""

    def size(self) -> str:
        """How large the image is."""

    def volume(self) -> AbstractContextManager[str]:
        """A fresh volume for the data directory, by its name; gone at the end."""

    def start(
        self, volume: str, words: Sequence[str] = (), user: str | None = None
    ) -> AbstractContextManager[Container]:
        """A container without capabilities on a read-only root file system; gone at the end."""

    def close(self) -> None:
        """Remove what is left beside the image."""


def tag(extras: str) -> str:
    """The name of the image with this extra."""
    return f"{TAG}-{extras}" if extras else TAG


def have_base(*pull: str) -> None:
    """Have this command pull the Dockerfile's base. Raises Unavailable where that cannot be had."""
    (base,) = re.findall(
        r"^ARG BASE=(\S+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    pulled = run([*pull, base])
    if pulled.code:
        raise Unavailable(
            f"{base} cannot be pulled; `make image ARGS=--debian` needs no registry"
            f" ({pulled.output.splitlines()[-1]})"
        )


def run(words: Sequence[str | Path], **variables: str) -> Done:
    """Run a program of this machine to its end."""
    done = subprocess.run(
        words,
        env=variables or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Done(code=done.returncode, output=done.stdout)


def must(words: Sequence[str | Path], **variables: str) -> str:
    """Run a program that has to succeed, and return what it wrote. Raises Failed."""
    done = run(words, **variables)
    if done.code:
        end = "\n".join(done.output.splitlines()[-15:])
        raise Failed(f"{shlex.join(map(str, words))[:300]} ended with {done.code}:\n{end}")
    return done.output.strip()


def await_that(happens: Callable[[], object], what: str) -> None:
    """Return as soon as it has happened. Raises Failed when it does not."""
    end = time.monotonic() + WITHIN
    while not happens():
        if time.monotonic() > end:
            raise Failed(f"not within {WITHIN} s: {what}")
        time.sleep(0.05)

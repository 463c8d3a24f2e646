"""Debian's own Python as an image to build on, made by mmdebstrap.

It stands in for `python:3.13-slim` on a machine that reaches no container registry. Python is an
older one there, and so is pip: what is tried is the Dockerfile and the bot, not that very image.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from tests.image.engine import Unavailable, run

NAME = "localhost/debian-python"
SUITE = "bookworm"
OPTIONS = (
    "--quiet",
    "--variant=essential",
    "--include=apt,passwd,python3-venv,python-is-python3",
    "--dpkgopt=force-unsafe-io",  # the image is thrown away: nothing need survive a power cut
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
)


def make_base(buildah: Callable[..., str]) -> str:
    """Make the image with this buildah, and return its name. Raises Unavailable."""
    if shutil.which("mmdebstrap") is None:
        raise Unavailable("mmdebstrap is not installed, which makes an image to build on")
    container = buildah("from", "scratch")
    made = run(["mmdebstrap", *OPTIONS, SUITE, buildah("mount", container)])
    if made.code:
        raise Unavailable(f"mmdebstrap made no Debian here: {made.output.splitlines()[-1]}")
    buildah("umount", container)
    buildah("config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", container)
    buildah("commit", "--rm", container, NAME)
    return NAME

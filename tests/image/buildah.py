"""Building with buildah, and running without an engine: in namespaces of the kernel, as root."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.image.debian import make_base
from tests.image.engine import (
    ROOT,
    Done,
    Unavailable,
    await_that,
    have_base,
    must,
    run,
    tag,
)
from tests.whole.operator import free_port

CERTIFICATES = Path("/etc/ssl/certs")
"""Whom this machine trusts. The build reads it to reach the package index; no image holds it."""

ENTER = """
set -e
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount --bind "$1" "$0/data"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
shift
exec "$@"
"""
"""Makes the file system of a container out of a folder: read-only, but for the data directory."""

NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
NO_RIGHTS = ["--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]


class BuildahContainer:
    """A process that is the first one of a PID namespace, in the file system of an image."""

    def __init__(self, start: Sequence[str], become: Sequence[str], port: int, log: Path) -> None:
        self.site = f"http://127.0.0.1:{port}"
        self._become = become
        self._log = log
        with log.open("w") as file:
            self._outside = subprocess.Popen(start, stdout=file, stderr=subprocess.STDOUT)
        await_that(lambda: self._first() or self.ended() is not None, "a process in the container")

    def _first(self) -> int | None:
        """The number of the first process, seen from outside, once it is there."""
        outside = self._outside.pid
        with suppress(OSError):
            found = Path(f"/proc/{outside}/task/{outside}/children").read_text().split()
            return int(found[0]) if found else None
        return None

    def signal(self, number: int) -> None:
        """See Container."""
        if (first := self._first()) is not None:
            with suppress(ProcessLookupError):
                os.kill(first, number)

    def ended(self) -> int | None:
        """See Container."""
        return self._outside.poll()

    def output(self) -> str:
        """See Container."""
        return self._log.read_text("utf-8", "replace")

    def call(self, *words: str) -> Done:
        """See Container."""
        enter = ["nsenter", "--target", str(self._first()), "--mount", "--pid", "--"]
        return run([*enter, *self._become, *words])

    def kill(self) -> None:
        """End it, whatever it does."""
        self.signal(signal.SIGKILL)
        self._outside.wait()


class Buildah:
    """The buildah command. What it builds on Debian is thrown away with its storage."""

    def __init__(self, home: Path, *, debian: bool) -> None:
        """Keep files in `home`. Raises Unavailable, with the reason, where nothing can be built."""
        if shutil.which("buildah") is None:
            raise Unavailable("buildah is not installed")
        if os.geteuid() != 0:
            raise Unavailable("only root can run what buildah has built")
        if run([*NAMESPACES, "true"]).code:
            raise Unavailable(
                "root may not make namespaces here, in which buildah's image would run"
            )
        self._home = home
        self._storage: list[str] = []
        self._container: str | None = None
        self._tag = tag("")
        self._base: str | None = None
        if debian:
            self._storage = ["--root", str(home / "storage"), "--runroot", str(home / "run")]
            overlay = run(["buildah", *self._storage, "--storage-driver", "overlay", "info"])
            self._storage += ["--storage-driver", "vfs" if overlay.code else "overlay"]

    def build(self, extras: str = "") -> None:
        """See Engine."""
        self.close()
        self._tag = tag(extras)
        words = ["build", "--format", "docker", "--isolation", "chroot", "--tag", self._tag]
        words += ["--build-arg", f"EXTRAS={extras}"]
        if not self._storage:
            have_base("buildah", "pull", "--policy", "missing")
            words += ["--layers"]  # kept for the next build
        else:
            self._base = self._base or make_base(self._buildah)
            words += ["--build-arg", f"BASE={self._base}"]
            words += (
                ["--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"] if CERTIFICATES.exists() else []
            )
        self._buildah(*words, str(ROOT))

    def config(self) -> Mapping[str, Any]:
        """See Engine."""
        told = json.loads(self._buildah("inspect", "--type", "image", self._tag))
        return dict(told["Docker"]["config"])

    def size(self) -> str:
        """See Engine."""
        return self._buildah("images", "--format", "{{.Size}}", self._tag)

    @contextmanager
    def volume(self) -> Iterator[str]:
        """See Engine. As an engine does, it gives it the owner and mode of the image's folder."""
        with tempfile.TemporaryDirectory(dir=self._home) as name:
            there = (self._root() / "data").stat()
            os.chown(name, there.st_uid, there.st_gid)
            Path(name).chmod(stat.S_IMODE(there.st_mode))
            yield name

    @contextmanager
    def start(
        self, volume: str, words: Sequence[str] = (), user: str | None = None
    ) -> Iterator[BuildahContainer]:
        """See Engine. It shares this machine's network, and so is given a free port of it."""
        port, told, root = free_port(), self.config(), self._root()
        become = _become(root, told, user or told["User"], port)
        enter = [*NAMESPACES, "sh", "-c", ENTER, str(root), volume, *become]
        log = Path(volume).with_suffix(".log")
        container = BuildahContainer(
            [*enter, *told["Entrypoint"], *(words or told["Cmd"])], become, port, log
        )
        try:
            yield container
        finally:
            container.kill()
            log.unlink()

    def close(self) -> None:
        """See Engine."""
        if self._container is not None:
            self._buildah("rm", self._container)
            self._container = None

    def _root(self) -> Path:
        """The image's files in a folder, the same for every container: nothing is written there."""
        if self._container is None:
            self._container = self._buildah("from", self._tag)
        return Path(self._buildah("mount", self._container))

    def _buildah(self, *words: str) -> str:
        variables = {**os.environ, "TMPDIR": str(self._home)} if self._storage else {}
        return must(["buildah", *self._storage, *words], **variables)


def _become(root: Path, told: Mapping[str, Any], user: str, port: int) -> list[str]:
    """What runs a command in that folder as the image says: folder, variables, user, no rights."""
    number, _, group = user.partition(":")
    variables = [*told["Env"], f"TIPSBOT_BIND=127.0.0.1:{port}"]
    there = ["chroot", str(root), "env", "-i", "-C", told["WorkingDir"], *variables]
    return [*there, "setpriv", "--reuid", number, "--regid", group, *NO_RIGHTS]

"""Building and running with docker."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import uuid4

from tests.image.engine import ROOT, Done, Unavailable, have_base, must, run, tag


class DockerContainer:
    """A container of docker, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.site = f"http://{must(['docker', 'port', name, '8140/tcp']).splitlines()[0]}"

    def signal(self, number: int) -> None:
        """See Container."""
        run(["docker", "kill", "--signal", str(number), self._name])

    def ended(self) -> int | None:
        """See Container."""
        words = ["docker", "inspect", "--format", "{{.State.Running}} {{.State.ExitCode}}"]
        running, code = must([*words, self._name]).split()
        return None if running == "true" else int(code)

    def output(self) -> str:
        """See Container."""
        return run(["docker", "logs", self._name]).output

    def call(self, *words: str) -> Done:
        """See Container."""
        return run(["docker", "exec", self._name, *words])


class Docker:
    """The docker command, with its engine."""

    def __init__(self) -> None:
        """Raises Unavailable, with the reason, where there is no engine."""
        if shutil.which("docker") is None:
            raise Unavailable("docker is not installed")
        engine = run(["docker", "info"])
        if engine.code:
            raise Unavailable(f"docker has no engine here ({engine.output.splitlines()[-1]})")
        self._tag = tag("")

    def build(self, extras: str = "") -> None:
        """See Engine."""
        have_base("docker", "pull")
        self._tag = tag(extras)
        must(["docker", "build", "--tag", self._tag, "--build-arg", f"EXTRAS={extras}", ROOT])

    def config(self) -> Mapping[str, object]:
        """See Engine."""
        return dict(
            json.loads(must(["docker", "inspect", "--format", "{{json .Config}}", self._tag]))
        )

    def size(self) -> str:
        """See Engine."""
        return must(["docker", "images", "--format", "{{.Size}}", self._tag])

    def close(self) -> None:
        """See Engine. Each container and volume is gone already."""

    @contextmanager
    def volume(self) -> Iterator[str]:
        """See Engine."""
        name = must(["docker", "volume", "create", f"tipsbot-smoke-{uuid4()}"])
        try:
            yield name
        finally:
            must(["docker", "volume", "rm", name])

    @contextmanager
    def start(
        self, volume: str, words: Sequence[str] = (), user: str | None = None
    ) -> Iterator[DockerContainer]:
        """See Engine."""
        name = f"tipsbot-smoke-{uuid4()}"
        options = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        options += ["--publish", "127.0.0.1::8140", "--volume", f"{volume}:/data"]
        options += ["--user", user] if user else []
        must(["docker", "run", "--detach", "--name", name, *options, self._tag, *words])
        try:
            yield DockerContainer(name)
        finally:
            must(["docker", "rm", "--force", name])

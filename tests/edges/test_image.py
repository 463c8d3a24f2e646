"""The container image, as far as it can be known without a container engine."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def instructions():
    """The Dockerfile's instructions as (word, rest), continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    said = "\n".join(line for line in text.splitlines() if line and not line.startswith("#"))
    return [tuple(line.split(maxsplit=1)) for line in said.replace("\\\n", " ").splitlines()]


def last(word):
    """What the last instruction of that name says; it is the one that counts."""
    return [rest for name, rest in instructions() if name == word][-1]


def copied():
    """The paths that the image takes from the project."""
    for word, rest in instructions():
        if word == "COPY" and "--from=" not in rest:
            yield from rest.split()[:-1]


@pytest.fixture
def probe():
    """Run the image's own health check against a server that answers with a given status."""
    statuses: list[int] = []
    paths: list[str] = []

    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(statuses[-1])
            self.end_headers()

        def log_message(self, *args):
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    _, command, *arguments = json.loads(last("HEALTHCHECK").partition("CMD")[2])
    bind = {"TIPSBOT_BIND": f"0.0.0.0:{server.server_port}", "HTTP_PROXY": "http://127.0.0.1:9"}

    def run(status):
        statuses.append(status)
        healthy = subprocess.run(
            [sys.executable, command, *arguments], env={**os.environ, **bind}, check=False
        )
        return healthy.returncode, paths[-1]

    yield run
    server.shutdown()
    server.server_close()


def test_what_it_copies_is_there():
    """Every file that the image takes exists, and is let through to the build."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for path in copied():
        assert (ROOT / path).exists(), path
        assert f"!{path}" in ignored, f"{path} never reaches the build: .dockerignore"


def test_its_command_exists():
    """The image starts a command that installing the project gives."""
    (command,) = json.loads(last("ENTRYPOINT"))
    (entry,) = metadata.entry_points(group="console_scripts", name=command)
    assert entry.value == PROJECT["scripts"][command]
    assert callable(entry.load())


def test_it_is_not_root():
    """The bot runs under a number that is not root's, as which the data folder was made."""
    user, group = last("USER").split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert f"--owner={user} --group={group}" in last("RUN")


def test_its_settings_are_read():
    """Each TIPSBOT_ variable that the image sets is one that the bot looks at."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    names = re.findall(r"\b(TIPSBOT_\w+)=", last("ENV"))
    assert names
    for name in names:
        assert name in code


def test_it_says_its_version():
    """The image's label and the project name the same version."""
    assert f'version="{PROJECT["version"]}"' in last("LABEL")


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_its_health_is_the_bots(probe, status, code):
    """The health check asks the bot itself, past any proxy, and fails when the bot says so."""
    assert probe(status) == (code, "/healthz")


def test_the_wheel_holds_the_whole_package(tmp_path):
    """What the image installs holds every file of the package: pages, migrations and all."""
    source, wheels = tmp_path / "source", tmp_path / "wheels"
    shutil.copytree(ROOT / "bot", source / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    files = {
        str(path.relative_to(source)) for path in (source / "bot").rglob("*") if path.is_file()
    }
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", wheels, source],
        env=os.environ | {"HOME": str(tmp_path)},  # pip starts other programs to name them
        check=True,
    )
    (wheel,) = wheels.iterdir()
    assert files <= set(zipfile.ZipFile(wheel).namelist())

"""The container image, as far as it can be known without a container engine."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from contextlib import contextmanager
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web import SiteServer

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


def has_ipv6():
    """Whether this machine has an IPv6 loopback address."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@contextmanager
def site(host, status):
    """The address of a site that serves at this host, and whose health is told by this status."""
    answer = Route("/healthz", lambda _: PlainTextResponse("the database is busy", status))
    server = SiteServer(Starlette(routes=[answer]), host, 0)
    server.start()
    yield server.address.removeprefix("http://")
    server.stop(timedelta(seconds=2))


def health(bind, **others):
    """Run the image's own health check on a bot with this TIPSBOT_BIND, behind a useless proxy."""
    _, *words = json.loads(last("HEALTHCHECK").partition("CMD")[2])
    variables = {"TIPSBOT_BIND": bind, "HTTP_PROXY": "http://127.0.0.1:9", **others}
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_it_copies_is_there():
    """Every file that the image takes exists, and is let through to the build."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for path in copied():
        assert (ROOT / path).exists(), path
        assert f"!{path}" in ignored, f"{path} never reaches the build: .dockerignore"


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_each_extra_can_be_had(extra):
    """The image can be built with each extra of the project, from the lock of that extra."""
    assert f"requirements-{extra}.txt" in copied()
    assert '-r "requirements-${EXTRAS}.txt"' in "".join(rest for _, rest in instructions())


def test_its_command_exists():
    """The image starts a command that installing the project gives."""
    (command,) = json.loads(last("ENTRYPOINT"))
    (entry,) = metadata.entry_points(group="console_scripts", name=command)
    assert entry.value == PROJECT["scripts"][command]
    assert callable(entry.load())


def test_it_is_not_root():
    """The bot runs under a number that is not root's; group 0 shares its data folder and files."""
    user, group = last("USER").split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert f"--owner={user} --group=0 --mode=2770 /data" in last("RUN")


def test_its_settings_are_read():
    """Each TIPSBOT_ variable that the image sets is one that the bot looks at."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    names = re.findall(r"\b(TIPSBOT_\w+)=", last("ENV"))
    assert names
    for name in names:
        assert name in code


def test_nothing_but_what_is_locked_is_installed():
    """Each installation is of locked files alone, or of what the build itself has made."""
    installs = [
        step
        for step in " ".join(rest for _, rest in instructions()).split("&&")
        if " install " in step
    ]
    wanted = [step for step in installs if "pip" in step]
    assert len(wanted) == 3
    for step in wanted:
        assert "--no-deps" in step
        assert "--require-hashes" in step or "--no-index" in step


@pytest.mark.parametrize("page", ["docs/install.md", "Dockerfile"])
def test_every_docker_run_gives_time_to_stop(page):
    """Whoever copies a `docker run` from a page has one that lets the bot stop in an orderly way."""
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    runs = [line for line in text.splitlines() if "docker run " in line]
    assert runs
    for line in runs:
        assert "--stop-timeout 20 " in line


def test_it_says_its_version():
    """The image's label and the project name the same version."""
    assert f'version="{PROJECT["version"]}"' in last("LABEL")


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "localhost", "::", "::1"])
def test_its_health_is_the_bots(host):
    """The health check finds the bot at each kind of address, past any proxy."""
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6 loopback address")
    with site(host, 200) as bind:
        done = health(bind)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("bind", "said"),
    [
        ("8140", "TIPSBOT_BIND='8140' is no address with a port; write it like 127.0.0.1:8140"),
        ("127.0.0.1:9", "http://127.0.0.1:9 does not answer: [Errno 111] Connection refused"),
        (f"{'a' * 64}:9", f"http://{'a' * 64}:9 does not answer: "),
    ],
)
def test_it_says_why_it_has_no_answer(bind, said):
    """A bot that cannot be asked is not healthy, and one line says why."""
    done = health(bind)
    assert done.returncode == 1
    assert done.stderr.startswith(f"tipsbot: {said}")
    assert done.stderr.count("\n") == 1


def test_its_health_is_that_of_a_worker():
    """Where a process has an internal end point, the health check asks there and not at the site."""
    with site("127.0.0.1", 200) as internal:
        done = health("127.0.0.1:9", TIPSBOT_INTERNAL_BIND=internal)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_says_what_the_bot_says():
    """A bot that says that it is not healthy is not, and its own words are told."""
    with site("127.0.0.1", 503) as bind:
        done = health(bind)
    assert done.returncode == 1
    assert done.stderr == f"tipsbot: http://{bind}/healthz answers 503: the database is busy\n"


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

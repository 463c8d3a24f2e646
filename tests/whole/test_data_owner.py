"""The owner of files in the data directory when root runs a command."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
import requests

from tests.whole.operator import Operator, await_that
from tests.whole.test_first_day import FIRST, SHIPPED, write_reply

USER, GROUP = 12345, 54321

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of others")


class WithoutChown(Operator):
    """Root in a container without the right to change owners."""

    @property
    def command(self) -> list[str]:
        return ["setpriv", "--bounding-set", "-chown", *super().command]


def make_data(operator: Operator, mode: int) -> Path:
    """The data directory of another user, for the shipped tips."""
    shutil.copy(SHIPPED, operator.home)
    data = operator.home / "data"
    data.mkdir()
    os.chown(data, USER, GROUP)
    data.chmod(mode)
    return data


def rights(data: Path) -> dict[str, tuple[int, int, int]]:
    """Owner, group and mode of each file."""
    found = {path.name: path.stat() for path in data.iterdir()}
    return {
        name: (one.st_uid, one.st_gid, stat.S_IMODE(one.st_mode)) for name, one in found.items()
    }


@pytest.mark.parametrize(("mode", "of_files"), [(0o700, 0o600), (0o755, 0o600), (0o770, 0o660)])
def test_files_belong_to_the_directory_s_owner(
    operator: Operator, mode: int, of_files: int
) -> None:
    """The directory's owner, and a group with write access, can write the files of root's commands."""
    data = make_data(operator, mode)
    with operator.runs("--now"):
        await_that(lambda: requests.get(f"{operator.site}/tips/{FIRST}", timeout=10).ok)
        write_reply(operator, FIRST, "Robin", "Is it really leadership?")
        assert operator.does("preview").code == 0
        await_that((data / "discussion.jsonl").exists)
        found = rights(data)
    wanted = {"discussion.jsonl", "last-good.yaml", "lock", "migrate.lock", "site.key"}
    wanted |= {
        name + end for name in ("summaries.db", "tipsbot.db") for end in ("", "-shm", "-wal")
    }
    assert found == dict.fromkeys(wanted, (USER, GROUP, of_files))


def test_what_could_not_be_given_away_is_not_made(operator: Operator) -> None:
    """Root without the right to change owners is told to run as the owner, and leaves no file."""
    data = make_data(operator, 0o770)
    done = WithoutChown(home=operator.home, port=operator.port).does("pause", "site")
    assert done.code == 2
    assert done.err.startswith("tipsbot: data/tipsbot.db would belong to root ")
    assert done.err.endswith(f"; run this command as user {USER}\n")
    assert rights(data) == {}

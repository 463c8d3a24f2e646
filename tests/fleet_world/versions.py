"""Later versions of tipsbot: copies of the tree in which the next migrations are planted.

The first one adds a column that may be empty, and writes into it. The second one, whose code is the
same but for that, makes the column mandatory, which the version before the first cannot fill.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.store.migrate import HEAD, OLDEST
from tests.fleet_world.world import FleetWorld
from tests.tree import copy_to

FIRST, SECOND = (f"{int(HEAD) + more:04}" for more in (1, 2))

_MIGRATION = """\
'''Planted by a test.'''

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    '''From the schema before.'''
"""
_EXPAND = """\
    op.add_column("delivery", sa.Column("written_by", sa.Text(), nullable=True))
"""
_CONTRACT = """\
    op.execute("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
    op.execute("UPDATE delivery SET written_by = 'before' WHERE written_by IS NULL")
    op.alter_column("delivery", "written_by", nullable=False)
"""
_LAST_COLUMN = '    Column("held_until", Moment),\n'
_COLUMN = '    Column("written_by", Words, nullable={}, default="{}", onupdate="{}"),\n'


@dataclass(frozen=True)
class Version:
    """A version of tipsbot in a folder."""

    tree: Path

    def does(self, world: FleetWorld, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of it to its end, in the environment of the fleet."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.tree,
            env={**world.environment, "PYTHONPATH": str(self.tree)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def refusal(self, world: FleetWorld) -> str:
        """The one line with which its worker refuses to start."""
        done = self.does(world, "worker")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert not done.stdout
        return done.stderr


def first_version(folder: Path) -> Version:
    """The next version: its migration only adds."""
    return _planted(folder, {FIRST: _EXPAND}, OLDEST)


def second_version(folder: Path) -> Version:
    """The one after that: its migration ends what the version of today needs."""
    return _planted(folder, {FIRST: _EXPAND, SECOND: _CONTRACT}, FIRST)


def _planted(folder: Path, migrations: dict[str, str], oldest: str) -> Version:
    store = copy_to(folder) / "bot" / "store"
    before = HEAD
    for revision, body in migrations.items():
        text = _MIGRATION.format(revision=revision, before=before) + body
        (store / "migrations" / "versions" / f"{revision}_planted.py").write_text(text)
        before = revision
    column = _COLUMN.format(before == FIRST, before, before)
    _replace(store / "tables.py", _LAST_COLUMN, _LAST_COLUMN + column)
    _replace(store / "migrate.py", f'OLDEST = "{OLDEST}"', f'OLDEST = "{oldest}"')
    return Version(folder)


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")

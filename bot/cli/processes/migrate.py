"""`migrate`: bring the database up to date."""

import os
from typing import Annotated

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.output import print_done


def migrate(
    file: File = DEFAULT_FILE,
    *,
    finish: Annotated[
        bool,
        typer.Option(
            "--finish",
            help="Also remove what only older versions need, once none of their processes is left.",
        ),
    ] = False,
) -> None:
    """Make the database's tables, or bring them up to date; PostgreSQL needs it at each upgrade.

    A database in the data directory is brought up to date by every command, and needs no other.
    """
    from bot.bootstrap.migrate_database import migrate_database
    from bot.bootstrap.settings import log_setup

    log_setup.configure(quiet=True)
    before, after = migrate_database(file, os.environ, finish=finish)
    if before == after:
        print_done(f"the database is up to date (schema {after})")
    elif before is None:
        print_done(f"the database's tables are made (schema {after})")
    else:
        print_done(f"the database is upgraded from schema {before} to {after}")

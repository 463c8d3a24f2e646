"""`export`: the discussion that everybody may read, for other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.saying import say_done
from bot.core.errors import UsageError

if TYPE_CHECKING:
    from bot.app.discussion.exports.records import Source
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


class ExportFormat(Enum):
    """In which form the discussion is exported."""

    MARKDOWN = "markdown"
    """a folder with a file for each tip"""
    JSONL = "jsonl"
    CSV = "csv"
    ACTIVITYSTREAMS = "activitystreams"


def export(
    form: Annotated[ExportFormat, typer.Argument(metavar="FORMAT", help="The format.")],
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The file to write; for Markdown, the folder."),
    ] = None,
    file: File = DEFAULT_FILE,
) -> None:
    """Export what everybody may read: as markdown, jsonl, csv or activitystreams."""
    from bot.bootstrap.export_folder import write_file

    if form is ExportFormat.MARKDOWN and to is None:
        raise UsageError("Markdown needs a folder", "name one with --to")
    with (
        opened(file, reading=True, forgiving=True) as container,
        container.database.store.reading() as tx,
    ):
        source = _source(container, tx)
        if to is None:
            for piece in _pieces(source, form):
                sys.stdout.buffer.write(piece.encode())
            sys.stdout.flush()
        elif form is ExportFormat.MARKDOWN:
            say_done(_folder(source, to))
        else:
            write_file(to, _pieces(source, form))


def _source(container: Container, tx: UnitOfWork) -> Source:
    from bot.app.discussion.exports.records import Source
    from bot.app.discussion.public_view import FreshnessFilter

    withholder = FreshnessFilter(config=container.config, capabilities_of=container.rules.of)
    return Source(tx=tx, withholder=withholder, now=container.clock.now())


def _pieces(source: Source, form: ExportFormat) -> Iterator[str]:
    from bot.app.discussion.exports import activity, lines, table

    write = {
        ExportFormat.JSONL: lines.pieces,
        ExportFormat.CSV: table.pieces,
        ExportFormat.ACTIVITYSTREAMS: activity.pieces,
    }
    return write[form](source)


def _folder(source: Source, folder: Path) -> str:
    from bot.app.discussion.exports import markdown
    from bot.bootstrap.export_folder import export_folder

    names = markdown.names(source)
    kept = export_folder(folder, names, lambda name: markdown.file(source, name), markdown.MARK)
    return f"{folder}: {kept.written} written, {kept.same} unchanged, {kept.removed} removed"

"""`export`: write the public discussion for other programs."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.context import opened
from bot.cli.output import print_done
from bot.core.errors import UsageError


class ExportFormat(Enum):
    """In which form the discussion is exported."""

    #: a folder with a file for each tip
    MARKDOWN = "markdown"
    JSONL = "jsonl"
    CSV = "csv"
    ACTIVITYSTREAMS = "activitystreams"


def export(
    form: Annotated[ExportFormat, typer.Argument(metavar="FORMAT", help="The format.")],
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The file to write; for Markdown, the directory."),
    ] = None,
    file: File = DEFAULT_FILE,
) -> None:
    """Export the public discussion as markdown, jsonl, csv or activitystreams."""
    from bot.app.discussion.exports import activity, lines, markdown, table
    from bot.app.discussion.exports.records import Source
    from bot.app.discussion.public_view import FreshnessFilter
    from bot.bootstrap.export_folder import export_folder, write_file

    if form is ExportFormat.MARKDOWN and to is None:
        raise UsageError("Markdown needs a directory", "name one with --to")
    with opened(file, reading=True, forgiving=True) as bot, bot.database.store.reading() as tx:
        withholder = FreshnessFilter(config=bot.config, capabilities_of=bot.rules.of)
        source = Source(tx=tx, withholder=withholder, now=bot.clock.now())
        if form is ExportFormat.MARKDOWN and to is not None:
            names = markdown.names(source)
            kept = export_folder(to, names, lambda one: markdown.file(source, one), markdown.MARK)
            counts = f"{kept.written} written, {kept.same} unchanged, {kept.removed} removed"
            print_done(f"{to}: {counts}")
            return
        writer = {ExportFormat.JSONL: lines, ExportFormat.CSV: table}.get(form, activity)
        if to is not None:
            write_file(to, writer.pieces(source))
            return
        for piece in writer.pieces(source):
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.flush()

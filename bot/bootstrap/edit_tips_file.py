"""Writes accepted summaries into the tips file; the new file is checked before it replaces it."""

import codecs
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.bootstrap.checked_tips_file import KINDS
from bot.core.errors import TipsError, UsageError
from bot.core.model.config import Config, Library
from bot.core.text.markup.markdown import escaped
from bot.scheduler.crontab import check_cron
from bot.tips_file.atomic_write import save
from bot.tips_file.insert_summary import with_summaries
from bot.tips_file.load import parse
from bot.tips_file.messages import escape
from bot.tips_file.read_file import CONTROL, text_of


def write(file: Path, known: bytes, summaries: Mapping[str, str]) -> bytes:
    """Put summaries, by the id of their tip, into the file; returns its new content.

    `known` is its content when it was read. The new content is parsed before anything is replaced:
    it must mean the same, with the summaries added. Raises UsageError and leaves the file as it is
    where it does not, or where the file was changed meanwhile.
    """
    name = escape(str(file))
    if any(CONTROL.search(summary) for summary in summaries.values()):
        raise UsageError("a summary has a control character", "type it without")
    marked = {tip: escaped(summary) for tip, summary in summaries.items()}
    mark = codecs.BOM_UTF8 if known.startswith(codecs.BOM_UTF8) else b""
    fresh = mark + with_summaries(text_of(known, name), marked).encode()
    if _read(fresh, name) != _wanted(_read(known, name), summaries):
        raise UsageError(
            f"{name} is written in a way that no summary can be put into",
            f"write it in yourself, below the title of {' and '.join(summaries)}",
        )
    save(file, known, fresh)
    return fresh


def _read(data: bytes, name: str) -> Config | None:
    """The config that the bytes mean, or None for a file with a mistake."""
    try:
        return parse(data, name, KINDS, check_cron)[0]
    except TipsError:
        return None


def _wanted(config: Config | None, summaries: Mapping[str, str]) -> Config | None:
    """The config that the new file has to mean; never None."""
    if config is None:
        raise ValueError("a file that was read before cannot be read")
    tips = (replace(tip, summary=summaries.get(tip.id, tip.summary)) for tip in config.library)
    return replace(config, library=Library(tips=tuple(tips)))

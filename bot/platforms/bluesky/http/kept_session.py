"""A session in a small file of the bot, so that a start, or another worker, needs no login."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256

from bot.core.errors import BotError
from bot.core.ports.kept_files import SESSION, KeptFiles
from bot.outbound import json_values
from bot.platforms.bluesky.http.session import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptSession:
    """Where an account's session is kept. A file that cannot be used is as good as none."""

    files: KeptFiles
    account: str
    #: names the server, the handle and the password that it is for, without telling them
    made_for: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return SESSION.format(self.account)

    def read(self) -> Session | None:
        """The session, or None where there is none for this password."""
        with suppress(BotError):
            found = json_values.document(self.files.read(self.name) or b"") or {}
            if found.get("made_for") == self.made_for:
                return Session.read(found)
        return None

    def write(self, session: Session) -> None:
        """Keep a session in place of the one before."""
        document = asdict(session) | {"made_for": self.made_for}
        with suppress(BotError):
            self.files.write(self.name, json.dumps(document).encode())


def names_of(*parts: str) -> str:
    """A name for these texts together, which tells none of them."""
    return sha256("\0".join(parts).encode()).hexdigest()

"""Encrypts what a bot keeps in the database, under the keys of the file TIPSBOT_KEY_FILE.

The file has a key on each line, the newest first: that one encrypts, and all of them decrypt. It is
read anew each time, so that keys can be exchanged while processes run.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.core.errors import SecretError, StoreError
from bot.regular_files import read_regular

VARIABLE = "TIPSBOT_KEY_FILE"
_MOST = 64 * 1024
_KEY = re.compile("[A-Za-z0-9_-]{43}=")
"""32 bytes in base64."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The file with the keys. Every method raises SecretError where it cannot be used."""

    path: Path

    def check(self) -> None:
        """See whether the file can be used now."""
        self._keys()

    def encrypt(self, data: bytes) -> bytes:
        """The data under the newest key."""
        return self._keys().encrypt(data)

    def decrypt(self, data: bytes, what: str) -> bytes:
        """The data in the clear. Raises StoreError, which names `what`, where no key fits."""
        try:
            return self._keys().decrypt(data)
        except InvalidToken:
            raise StoreError(
                f"{what} was encrypted with a key that {self.path} does not have, or is damaged",
                "add the key that was removed as a last line, or restore a backup of that file",
            ) from None

    def _keys(self) -> MultiFernet:
        try:
            lines = read_regular(self.path, _MOST).decode().splitlines()
        except OSError as error:
            raise SecretError(
                f"{VARIABLE}: {self.path} cannot be read ({error.strerror})",
                "restore it from a backup, or make one with `tipsbot keys new` if there was none",
            ) from None
        except ValueError:
            raise SecretError(f"{VARIABLE}: {self.path} is no text file", _FORM) from None
        found = [self._key(line, at) for at, line in enumerate(lines, 1) if line.strip()]
        if not found:
            raise SecretError(f"{VARIABLE}: {self.path} has no key", _FORM)
        return MultiFernet(found)

    def _key(self, line: str, at: int) -> Fernet:
        if not _KEY.fullmatch(line.strip()):
            raise SecretError(f"{VARIABLE}: line {at} of {self.path} is no key", _FORM)
        return Fernet(line.strip())


_FORM = "write one key a line, as `tipsbot keys new` prints it, the newest first"

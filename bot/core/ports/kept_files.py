"""The port to small files that a bot keeps: its key, its last good tips file."""

from typing import Protocol

SESSION, TOKEN = "session.{}", "token.{}"
"""The names of what adapters keep for an account of this name."""


class KeptFiles(Protocol):
    """The files of one bot, each a name and some bytes. Raises StoreError and SecretError only."""

    def read(self, name: str) -> bytes | None:
        """The content of a file; None where there is no such file."""

    def write(self, name: str, data: bytes) -> None:
        """Replace a file as a whole, or make it."""

    def make(self, name: str, data: bytes) -> bytes:
        """Make a file where there is none; the content that it has then.

        Of several processes that make it at once, all are given the content of one.
        """

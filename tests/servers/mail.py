"""A mail server on loopback that keeps what it takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass(kw_only=True)
class MailServer:
    """What came in; with `hangs_up` it takes a message and closes before it says so."""

    port: int = 0
    hangs_up: bool = False
    messages: list[EmailMessage] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Speak as much SMTP (RFC 5321) as a client needs to leave a message."""
    kept = MailServer()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self._say("354 go on")
                    self._take()
                    if kept.hangs_up:
                        return
                self._say("221 bye" if line == b"QUIT" else "250 fine")
                if line == b"QUIT":
                    return

        def _take(self) -> None:
            lines = iter(self.rfile.readline, b".\r\n")
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            kept.messages.append(message)

        def _say(self, answer: str) -> None:
            self.wfile.write(f"{answer}\r\n".encode())

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield kept
        server.shutdown()

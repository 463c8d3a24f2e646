"""A strict server of OpenAI's chat API, with faults on request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME = "small-model"
KEY = "sk-planted-model-key-0042"


@dataclass
class Answer:
    """An answer: wait, then send it, or close the connection."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    drops: bool = False


def refusal(status: int, message: str, **headers: str) -> Answer:
    """A refusal in the API's own form."""
    error = {"message": message, "type": "invalid_request_error", "code": None, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=json.dumps({"error": error}).encode(), headers=named)


def saying(content: Any) -> Answer:
    """A success with this content."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    whole = {"id": "c1", "object": "chat.completion", "model": NAME, "choices": [choice]}
    return Answer(body=json.dumps(whole).encode())


def proposing(*summaries: str) -> Answer:
    """A success with these summaries."""
    return saying(json.dumps({"summaries": summaries}))


class ModelServer:
    """The model `small-model` behind a key; without ordered answers it proposes nothing."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.key: str | None = KEY
        self._next: list[Answer] = []

    def reset(self) -> None:
        """Forget all requests and ordered answers."""
        self.asked, self.key, self._next = [], KEY, []

    def does(self, *answers: Answer) -> None:
        """Give these answers to the next valid requests, the last one to all others."""
        self._next = list(answers)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer to a request; an invalid one is refused."""
        if path != "/v1/chat/completions":
            return refusal(404, f"Invalid URL (POST {path})")
        if self.key is not None and headers.get("authorization") != f"Bearer {self.key}":
            return refusal(401, f"Incorrect API key provided: {headers.get('authorization')}")
        if wrong := _wrong(headers, body):
            return refusal(400, wrong)
        self.asked.append(json.loads(body))
        if not self._next:
            return proposing()
        return self._next.pop(0) if len(self._next) > 1 else self._next[0]


def _wrong(headers: dict[str, str], body: bytes) -> str:
    """The error of a request, or ""."""
    if headers.get("content-type") != "application/json":
        return "you must send application/json"
    document = json.loads(body)
    if set(document) != {"model", "messages"} or document["model"] != NAME:
        return "the model does not exist, or an argument is not known"
    roles = [message["role"] for message in document["messages"]]
    words = [message["content"] for message in document["messages"]]
    in_order = roles == ["system", "user"] and all(isinstance(one, str) for one in words)
    return "" if in_order else "messages are not in order"


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server for the length of the block."""
    found = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._give(found.answer(self.path, headers, self.rfile.read(length)))

        def _give(self, answer: Answer) -> None:
            time.sleep(answer.after)
            if answer.drops:
                self.close_connection = True
                return
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for at in range(0, len(answer.body), 1 << 20):
                    self.wfile.write(answer.body[at : at + (1 << 20)])
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield found
        server.shutdown()

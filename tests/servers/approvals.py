"""Replies that wait for approval on a server of GoToSocial's kind: its interaction requests.

The proxy answers with them: the server itself shows the replies to everybody, as GoToSocial does to
the account that has to approve them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATH = "/api/v1/interaction_requests"
NOTE = (
    '<hr><p><i lang="en">ℹ️ Note from far.example: This reply is pending your approval. You can '
    "quickly accept it by liking, boosting or replying to it. You can also accept or reject it at "
    'the following link: <a href="https://far.example/settings/user/interaction_requests/01J">'
    "https://far.example/settings/user/interaction_requests/01J</a>.</i></p>"
)
"""The note that the server appends to such a reply, for the account only."""


@dataclass
class Approvals:
    """The requests, newest first. `replies` are the statuses that wait, `others` other requests."""

    replies: list[str] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    page: int = 80

    def answer(self, path: str) -> str | None:
        """The answer to a question for interaction requests, or None to any other."""
        parts = urlsplit(path)
        if parts.path != PATH:
            return None
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        told = [self._request(reply) for reply in self.replies] + self.others
        ids = [one["id"] for one in told]
        begin = ids.index(asked["max_id"]) + 1 if asked.get("max_id") in ids else 0
        return json.dumps(told[begin : begin + min(self.page, int(asked["limit"]))])

    def _request(self, reply: str) -> dict[str, Any]:
        made = "2026-03-02T09:00:00.000Z"
        about = {"id": f"R{reply}", "type": "reply", "created_at": made, "accepted_at": None}
        return about | {"rejected_at": None, "status": {"id": "1"}, "reply": {"id": reply}}

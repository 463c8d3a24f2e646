"""What is recorded: what each command and each address says of the fixture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.recorded.commands import ask
from tests.recorded.copy import HERE, copied, known, moment, set_clock
from tests.whole.operator import Operator, await_that
from tests.whole.stored_data import StoredData

ANSWERS = HERE / "answers"
SLOT = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""The next slot that goes to every account, the day after the fixture's moment."""

COMMANDS = {
    "export-jsonl.jsonl": "export jsonl",
    "export-csv.csv": "export csv",
    "export-activitystreams.json": "export activitystreams",
    "export-markdown.txt": "export markdown --to exported",
    "status.txt": "status",
    "status.json": "status --json",
    "log.txt": "log",
    "log-markdown.md": "log --format markdown",
    "log.jsonl": "log --json",
    "log-tip.txt": "log --tip listen",
    "log-unanswered.txt": "log --unanswered",
    "log-since.txt": "log --since 2026-03-03",
    "posts.txt": "posts --count 50",
    "posts.jsonl": "posts --json",
    "posts-x.txt": "posts --account x",
    "preview.txt": "preview --count 50",
    "preview.jsonl": "preview --count 50 --json",
    "preview-why.jsonl": "preview --all --why --json",
    "resolve.txt": "resolve {unsure}",
    "check.txt": "check",
    "schema.json": "schema",
}
"""The commands by the file that holds what each said: its output, its errors, its exit code."""

ADDRESSES = {
    "index.html": "/",
    "tip.html": "/tips/listen",
    "tip-other.html": "/tips/sources",
    "tip-sent.html": "/tips/listen?sent={comment}",
    "tip-reply.html": "/tips/listen?reply={comment}",
    "search.html": "/search?q=harder",
    "search-none.html": "/search?q=private",
    "privacy.html": "/privacy",
    "delete.html": "/comments/{comment}/delete?permit={permit}",
    "held.html": "{link}",
    "unknown.html": "/tips/unknown",
    "feed.atom": "/feed.atom",
    "feed.json": "/feed.json",
    "replies.atom": "/replies.atom",
    "replies.json": "/replies.json",
    "tip-feed.atom": "/tips/listen/feed.atom",
    "tip-feed.json": "/tips/listen/feed.json",
    "sitemap.xml": "/sitemap.xml",
    "robots.txt": "/robots.txt",
}
"""The addresses of the site by the file that holds what each answered."""


TIMED = {"healthz-names.txt": "/healthz", "metrics-names.txt": "/metrics"}
"""The same of what tells of this very second: of these the names are recorded."""
NEXT = "next.json"
"""The file that holds what is posted next, with the names of slots and posts."""


def said() -> Iterator[tuple[str, str]]:
    """What every command says of a fresh copy, by the name of its file."""
    with TemporaryDirectory() as place:
        operator = copied(Path(place))
        facts = {"unsure": known()["deliveries"]["unsure"]}
        words = [one.format(**facts).split() for one in COMMANDS.values()]
        answers = ask(words, moment(), operator.home, operator.environment)
        for name, answer in zip(COMMANDS, answers, strict=True):
            yield (
                name,
                answer.out
                + (answer.err and f"\n-- errors\n{answer.err}")
                + (f"\n-- exit code {answer.code}\n" if answer.code else ""),
            )
        for path in sorted((operator.home / "exported").iterdir()):
            yield f"exported-{path.name}", path.read_text(encoding="utf-8")


_CARD = re.compile(r'<meta (?:property|name)="(?:og|twitter):(?:image|card).*\n')
"""What a page says of its card, which depends on the fonts of the machine."""


def shown(operator: Operator) -> Iterator[tuple[str, str]]:
    """What every address of a running site answers, in the browser of one who commented."""
    facts = known()["reader"] | {"link": known()["linked"]["link"]}
    with requests.Session() as browser:
        browser.cookies["tipsbot"] = facts["cookie"]
        for name, path in ADDRESSES.items():
            answer = browser.get(operator.site + path.format(**facts), timeout=20)
            kind = answer.headers["Content-Type"]
            yield name, f"{answer.status_code} {kind}\n{_CARD.sub('', answer.text)}"
        for name, path in TIMED.items():
            answer = browser.get(operator.site + path, timeout=20)
            yield name, "\n".join([answer.headers["Content-Type"], *_names(answer), ""])


def _names(answer: requests.Response) -> list[str]:
    """The names of JSON's members, or of metrics with what each is about."""
    if answer.headers["Content-Type"] == "application/json":
        return sorted(answer.json())
    lines = answer.text.splitlines()
    return [one if one.startswith("#") else one.rpartition(" ")[0] for one in lines]


def planned(folder: Path) -> str:
    """What the bot plans when its next slot for every account comes."""
    operator = copied(folder)
    set_clock(operator, SLOT + timedelta(seconds=5))
    books = StoredData(data=operator.home / "data")
    known = len(books.deliveries())
    with operator.runs():
        await_that(lambda: len(books.deliveries()) >= known + 3)
    fields = ("slot", "account", "tip", "key", "text")
    fresh = [{name: getattr(one, name) for name in fields} for one in books.deliveries()[known:]]
    fresh.sort(key=lambda one: str(one["account"]))
    return json.dumps(fresh, indent=2, ensure_ascii=False) + "\n"


def record() -> None:
    """Write all answers anew."""
    for path in ANSWERS.glob("*"):
        path.unlink()
    ANSWERS.mkdir(exist_ok=True)
    with TemporaryDirectory() as place:
        operator = copied(Path(place))
        with operator.runs():
            found = [*said(), *shown(operator)]
    with TemporaryDirectory() as place:
        found.append((NEXT, planned(Path(place))))
    for name, text in found:
        (ANSWERS / name).write_text(text, encoding="utf-8", newline="")

"""The prompt for a model, and the parser of its answer."""

import json
from collections.abc import Iterator
from typing import Any

from bot.core.model.config import Tip

COUNT = 5
"""The number of proposals to ask for; any more are ignored."""

_TASK = f"""\
You shorten tips for social networks. You are given a tip as JSON: its title, its text, its \
language, and the room in characters. Write {COUNT} summaries of it, the best first.
Each is at most as long as the room and is made of whole sentences in the tip's language. It uses \
only words and numbers that stand in the tip, in the forms in which they stand there, and adds \
none. It keeps every negation, condition, choice, comparison and number of the sentences that it \
is made of. No hashtags, no links, no emoji, no Markdown.
Answer with JSON alone: {{"summaries": ["...", "..."]}}"""


def messages(tip: Tip, room: int) -> list[dict[str, str]]:
    """The conversation that is sent: the task, then the tip."""
    given = {
        "title": tip.title,
        "text": tip.text,
        "language": tip.language or "en",
        "room": room,
    }
    return [
        {"role": "system", "content": _TASK},
        {"role": "user", "content": json.dumps(given, ensure_ascii=False)},
    ]


def proposals(answer: bytes) -> list[str]:
    """The summaries in an answer. Raises ValueError where it has not the form that was asked for.

    Many models put their JSON between other words.
    """
    for document in _documents(_content(_parsed(answer))):
        listed = document.get("summaries") if isinstance(document, dict) else document
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            return listed[:COUNT]
    raise ValueError("no list of summaries")


def complaint(answer: bytes) -> str:
    """The error message in a refusal, or nothing."""
    try:
        body = _parsed(answer)
    except ValueError:
        return ""
    error = body.get("error", body) if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""


def _content(answer: Any) -> str:
    """The text of the first choice."""
    try:
        content = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise ValueError("no choices") from None
    if not isinstance(content, str):
        raise ValueError("no words")  # noqa: TRY004 - the form is wrong, not our call
    return content


def _documents(text: str) -> Iterator[Any]:
    """The JSON documents in a model's text: the whole text, or the part in brackets."""
    ends = [(0, len(text)), (text.find("{"), text.rfind("}") + 1)]
    for start, end in (*ends, (text.find("["), text.rfind("]") + 1)):
        if 0 <= start < end:
            try:
                yield _parsed(text[start:end])
            except ValueError:
                continue


def _parsed(text: str | bytes) -> Any:
    """The JSON of a text. Raises ValueError, however it is broken."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None

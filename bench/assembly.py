"""Posts put together from generated parts: how many are too long, or hold a part that was cut.

Each post is read back: what it says before its tags and link has to be one whole candidate of its
tip (or the operator's own words), each tag and the link have to be whole, and each limit kept.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from datetime import timedelta

from bot.core.model.capabilities import Ability, Capabilities, Idempotency, TextLimit, Unit
from bot.core.model.config import Account, Tip
from bot.core.posting.compose import Fitted, PostLayout, compose
from bot.core.summary.select import ranked
from bot.core.text.counting.measure import weighted_length
from bot.core.text.markup.markdown import on_one_line
from bot.core.text.mentions import unmentioned

PIECES = (
    *("We ask.", "They listen", "however,", "which is", "(now)", "3.5", "setup.py", "node.js"),
    *("聞く。", "क्षि", "👩‍⚕️", "🇫🇷", "e\u0301", "https://example.org/a(b)?c=d", "@ada", "#tag"),
    *("`x_y()`", ".", ":", "—", '"', "don't", "日本語日本語", "Donaudampfschifffahrt", "\n\n"),
    *("In this paper, we propose", "a new way that", "shows the", "**bold**", "[a](https://b.c)"),
)
RULES = (
    TextLimit(unit=Unit.WEIGHTED, limit=280),
    TextLimit(unit=Unit.GRAPHEMES, limit=300, max_bytes=3000),
    TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23),
    TextLimit(unit=Unit.GRAPHEMES, limit=60, max_bytes=90),
)
LINKS = (None, "https://example.org/tips/a", "http://localhost:8140/tips/a")
TAGS = ("digital-health", "聞く", "c++", "42", "leadership")
LANGUAGES = (None, "en", "de", "ja", "hi")


def main() -> int:
    """Make the requested number of posts, and print the outcomes; 1 if one is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.assembly", description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    outcomes = Counter(outcome(chance) for _ in range(asked.posts))
    for name, count in outcomes.most_common():
        print(f"{count:7} {name}")
    return 0 if set(outcomes) <= {"whole", "nothing fits"} else 1


def outcome(chance: random.Random) -> str:
    """The outcome of one post of random parts."""
    tip = _tip(chance)
    link, rule, limit = chance.choice(LINKS), chance.choice(RULES), chance.randint(30, 300)
    account = Account(name="test", kind="test", limit=limit)
    fitted = compose(tip, PostLayout(account=account, traits=_traits(rule), link=link))
    if not isinstance(fitted, Fitted):
        return "nothing fits"
    too_many = rule.max_bytes is not None and len(fitted.text.encode()) > rule.max_bytes
    if weighted_length(fitted.text) > limit or fitted.native.length > rule.limit or too_many:
        return f"too long: {fitted.text!r}"
    return "whole" if _is_whole(fitted, tip, link) else f"cut: {fitted.text!r}"


def _tip(chance: random.Random) -> Tip:
    return Tip(
        id="a",
        title=_prose(chance, 8),
        text=_prose(chance, 24),
        summary=_prose(chance, 12) if chance.random() < 0.3 else None,
        tags=tuple(chance.sample(TAGS, chance.randint(0, 3))),
        language=chance.choice(LANGUAGES),
    )


def _prose(chance: random.Random, most: int) -> str:
    return "We " + " ".join(chance.choices(PIECES, k=chance.randint(1, most)))


def _traits(rule: TextLimit) -> Capabilities:
    return Capabilities(
        network="test",
        text=rule,
        idempotency=Idempotency.NONE,
        abilities=frozenset(Ability),
        poll=timedelta(minutes=1),
    )


def _is_whole(fitted: Fitted, tip: Tip, link: str | None) -> bool:
    """Whether the post is one complete candidate, complete tags and the complete link, in order."""
    words = fitted.text
    for span in reversed(fitted.spans):
        if fitted.text[span.start : span.end] not in {link, f"#{span.target}"}:
            return False
        words = words[: span.start - 1]
    own = [] if tip.summary is None else [on_one_line(tip.summary)]
    made = [candidate.text for candidate, _ in ranked(tip)]
    return words in map(unmentioned, (*own, *made))


if __name__ == "__main__":
    sys.exit(main())

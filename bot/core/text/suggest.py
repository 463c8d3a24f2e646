"""Guessing which known name a mistyped one was meant to be."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'wed'?`, or "" where nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


_CALLED = {
    "site": "blog home homepage html own page pages web webpage website webseite www",
    "mastodon": """activitypub akkoma fedi fediverse firefish friendica glitch gotosocial gts
        hometown iceshrimp masto misskey pleroma sharkey toot toots tooting""",
    "bluesky": "atproto bluesky bsky bsky.app bsky.social skeet skeets",
    "x": "t.co tweet tweets tweeter twiter twitter twitter.com twitterx x.com x/twitter xcom",
}
_KIND_OF = {word: kind for kind, words in _CALLED.items() for word in words.split()}
_ELSEWHERE = {"bsky", "facebook", "instagram", "linkedin", "threads"}
"""Networks without Mastodon's API: `threads.net` is no server that a bot can post to."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_BEFORE_HOST = re.compile(r"(?:https?://)?(?:www\.)?(?:[^/@]*@)*", re.IGNORECASE)


def platform_meant(word: str, known: Collection[str] = tuple(_CALLED)) -> str | None:
    """Which of the known names was meant by what people call a platform; None where none was."""
    plain = _host(word)
    if plain in known:
        return plain
    kind = _KIND_OF.get(plain) or _KIND_OF.get(re.sub(r"[\s()_-]+", "", plain))
    if kind is None and mastodon_server(word) is not None:
        kind = "mastodon"
    return kind if kind in known else None


def mastodon_server(word: str) -> str | None:
    """The host that a name or address has, if it may be a server of the fediverse."""
    host = _host(word)
    is_other = host in _KIND_OF or host.split(".")[-2:][0] in _ELSEWHERE
    return host if _HOST.fullmatch(host) and not is_other else None


def account_hint(word: str, known: Collection[str]) -> str:
    """`did you mean 'x'?` for an account or a platform; "" where nothing is near."""
    meant = platform_meant(word, known)
    return f"did you mean '{meant}'?" if meant else did_you_mean(word[:64], known)


def _host(word: str) -> str:
    """The name in small letters; of an address or a handle with a server its host."""
    plain = " ".join(word[:253].casefold().split())
    return _BEFORE_HOST.sub("", plain, count=1).partition("/")[0] if "." in plain else plain

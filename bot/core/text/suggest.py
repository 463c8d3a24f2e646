"""Guessing which known name a mistyped one was meant to be."""

import re
from collections.abc import Collection, Iterable, Mapping


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'wed'?`, or "" where nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - a mistake is rare

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


_CALLED = {
    "site": "blog home homepage html own page pages web webpage website webseite www",
    "mastodon": """activitypub akkoma fedi fediverse firefish friendica glitch gotosocial gts
        hometown iceshrimp masto misskey pleroma sharkey toot toots tooting""",
    "bluesky": "atproto bluesky bsky bsky.app bsky.social skeet skeets",
    "threads": "threads.com threads.net",
    "x": "t.co tweet tweets tweeter twiter twitter twitter.com twitterx x.com x/twitter xcom",
}
_KIND_OF = {word: kind for kind, words in _CALLED.items() for word in words.split()}
_ELSEWHERE = {"bsky", "facebook", "instagram", "linkedin", "threads"}
"""Networks without Mastodon's API: `threads.net` is no server that a bot can post to."""
_HEARING = {
    "discord": ("discord://ID/TOKEN", "discord.com discord.gg discordapp"),
    "email": ("mailtos://USER:PASSWORD@SERVER?to=RECEIVER", "e-mail gmail gmail.com mail mailto"),
    "gotify": ("gotifys://SERVER/TOKEN", ""),
    "google-chat": ("gchat://SPACE/KEY/TOKEN", "gchat googlechat"),
    "line": ("line://TOKEN/USER", ""),
    "matrix": ("matrixs://USER:PASSWORD@SERVER/#ROOM", "element.io matrix.org"),
    "mattermost": ("mmosts://SERVER/TOKEN", "mmost"),
    "ntfy": ("ntfys://SERVER/TOPIC", "ntfy.sh"),
    "pushover": ("pover://USER@TOKEN", ""),
    "reddit": ("reddit://USER:PASSWORD@APP_ID/APP_SECRET/SUBREDDIT", "reddit.com subreddit"),
    "revolt": ("revolt://BOT_TOKEN/CHANNEL", ""),
    "rocketchat": ("rockets://TOKEN@SERVER/#CHANNEL", "rocket rocket.chat"),
    "signal": ("signals://SERVER/FROM/TO", ""),
    "slack": ("slack://A/B/C", "slack.com"),
    "teams": ("workflows://HOST:443/WORKFLOW/SIGNATURE", "microsoftteams msteams"),
    "telegram": ("tgram://BOT_TOKEN/CHAT_ID", "t.me telegram.org tgram"),
    "webex": ("webex://TOKEN/ROOM", ""),
    "whatsapp": ("whatsapp://TOKEN@FROM_ID/TO", "whatsapp.com"),
    "zulip": ("zulip://BOT@ORGANISATION/API_KEY/STREAM", "zulipchat.com"),
}
"""Services that only hear a tip: the form of their addresses, and other words for them."""
_HEARING_CALLED = {
    word: name for name, (_, words) in _HEARING.items() for word in (name, *words.split())
}
_UNREACHABLE = {
    word: name
    for name, words in {
        "Facebook": "facebook facebook.com fb fb.com",
        "Instagram": "insta instagram instagram.com",
        "LinkedIn": "linkedin linkedin.com",
        "Pinterest": "pinterest pinterest.com",
        "Quora": "quora quora.com",
        "Snapchat": "snapchat snapchat.com",
        "TikTok": "tiktok tiktok.com",
        "Tumblr": "tumblr tumblr.com",
        "Twitch": "twitch twitch.tv",
        "VK": "vk vk.com vkontakte",
        "Xing": "xing xing.com",
        "YouTube": "youtu.be youtube youtube.com",
    }.items()
    for word in words.split()
}
"""Networks where neither an adapter nor any service of `broadcast` posts, by their names."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_BEFORE_HOST = re.compile(r"(?:https?://)?(?:www\.)?(?:[^/@]*@)*", re.IGNORECASE)


def platform_meant(word: str, known: Collection[str] = tuple(_CALLED)) -> str | None:
    """Which of the known names was meant by what people call a platform; None where none was."""
    plain = _host(word)
    if plain in known:
        return plain
    kind = _named(plain, _KIND_OF)
    if kind is None and mastodon_server(word) is not None:
        kind = "mastodon"
    return kind if kind in known else None


def mastodon_server(word: str) -> str | None:
    """The host that a name or address has, if it may be a server of the fediverse."""
    host = _host(word)
    is_other = host in _KIND_OF or host.split(".")[-2:][0] in _ELSEWHERE
    is_other = is_other or hearing_meant(word) is not None or unreachable(word) is not None
    return host if _HOST.fullmatch(host) and not is_other else None


def hearing_meant(word: str) -> tuple[str, str] | None:
    """Name and form of address of the service that only hears a tip; None where none was meant."""
    name = _called(word, _HEARING_CALLED)
    return (name, _HEARING[name][0]) if name else None


def unreachable(word: str) -> str | None:
    """The name of the network that was meant, where the bot has no way to post to it."""
    return _called(word, _UNREACHABLE)


def _called(word: str, names: Mapping[str, str]) -> str | None:
    """What a word, or the host of an address, stands for in this table."""
    plain = _host(word)
    return _named(plain, names) or names.get(".".join(plain.split(".")[-2:]))


def _named(plain: str, names: Mapping[str, str]) -> str | None:
    """What a name stands for in this table, with blanks and hyphens in it or without."""
    return names.get(plain) or names.get(re.sub(r"[\s()_-]+", "", plain))


def account_hint(word: str, known: Collection[str]) -> str:
    """`did you mean 'x'?` for an account or a platform; "" where nothing is near."""
    meant = platform_meant(word, known)
    return f"did you mean '{meant}'?" if meant else did_you_mean(word[:64], known)


def _host(word: str) -> str:
    """The name in small letters; of an address or a handle with a server its host."""
    plain = " ".join(word[:253].casefold().split())
    return _BEFORE_HOST.sub("", plain, count=1).partition("/")[0] if "." in plain else plain

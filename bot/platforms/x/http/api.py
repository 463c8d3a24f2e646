"""tweepy's client as the calls that we make; each raises only PlatformError."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import requests
import tweepy

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater
from bot.core.model.picture import EncodedPicture
from bot.core.ports.network_state import Counted, RequestLimits
from bot.core.ports.platform import Clock
from bot.outbound.quiet_loggers import hush
from bot.outbound.rate_limits import AccountLimits, RateLimits
from bot.outbound.session import Carrier
from bot.platforms.x.http import payloads
from bot.platforms.x.http.errors import require, translate, waits
from bot.platforms.x.http.payloads import XLookup, XPage, XUser
from bot.platforms.x.http.transport import AnswerError, Transport, TransportTimeouts

PAGE = 100
"""Posts a page, and ids a look-up: the most that X gives."""
EMPTY_PAGES = 8
"""How many empty pages that claim to have a successor are followed."""

# X's newest API description renames `tweet.fields` to `post.fields`; tweepy sends the old names.
# https://docs.x.com/x-api/fundamentals/data-dictionary
OWN = {
    "tweet_fields": "author_id,conversation_id,entities,in_reply_to_user_id,referenced_tweets",
}
"""Fields that identify a post of ours."""

MENTION = {
    "tweet_fields": f"{OWN['tweet_fields']},lang,note_tweet,attachments",
    "user_fields": "description,protected",
    "expansions": "author_id",
}
"""Fields that an entry needs.

`note_tweet` holds the whole of a text longer than 280; `attachments` tells whether there is a poll.
A user costs the same with all fields, so the description, with its opt-outs, is read as well.
"""

VERSION = {"tweet_fields": MENTION["tweet_fields"]}
"""The same without the author, who costs twice as much as the post."""

AUTHOR = {"tweet_fields": "author_id"}
"""Fields that name a post's author."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """The account or the error instead of it, and the answer's headers."""

    person: XUser | None = None
    failed: PlatformError | None = None
    headers: Mapping[str, str]


class Api:
    """X's API in the name of one account."""

    def __init__(
        self,
        api: str,
        secrets: Mapping[str, str],
        clock: Clock,
        patience: TransportTimeouts,
        *,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        hush("tweepy", "tweepy.client")
        self._clock = clock
        transport = Transport(api, secrets.values(), patience, clock, carrier)
        self._client = _client(secrets, transport, dict)
        self._whole = _client(secrets, transport, requests.Response)
        self._patience = patience
        self._limits = AccountLimits(
            limits=limits or RateLimits(),
            server=api,
            counted={Counted.TOKEN: secrets["access_token"], Counted.APP: secrets["api_key"]},
        )

    def me(self) -> XUser:
        """The account itself, which also proves the keys."""
        return self._read(lambda document: payloads.person(document["data"]), self._client.get_me)

    def inspect(self) -> Inspected:
        """The account with the headers of the answer, or the error with them."""
        headers: Mapping[str, str] = {}
        try:
            answer = self._ask(self._whole.get_me, {"user_fields": "protected"})
            headers = answer.headers
            return Inspected(person=payloads.person(answer.json()["data"]), headers=headers)
        except Exception as error:  # noqa: BLE001 - what is not classified is an unknown outcome
            headers = error.headers if isinstance(error, AnswerError) else headers
            failed = translate(error, writes=False, now=self._clock.now())
            return Inspected(failed=failed, headers=headers)

    def upload(self, picture: EncodedPicture, alt: str) -> Mapping[str, str]:
        """Upload a picture with its alt text; its id, as `media`, which no post has yet."""
        sent = b64encode(picture.data).decode()
        body = {"media": sent, "media_category": "tweet_image", "media_type": picture.kind.value}
        document = self._write(self._media_upload, json=body)
        media = document["data"].get("id") if _is_filled(document) else None
        if not isinstance(media, str) or not media:
            raise RetryLater("X took the picture but gave it no id", "it is tried again")
        self._write(
            self._media_metadata, json={"id": media, "metadata": {"alt_text": {"text": alt}}}
        )
        return {"media": media}

    def _media_upload(self, **asked: Any) -> Any:
        """https://docs.x.com/x-api/media/upload-media."""
        return self._client.request("POST", "/2/media/upload", **asked).json()

    def _media_metadata(self, **asked: Any) -> Any:
        """https://docs.x.com/x-api/media/create-media-metadata."""
        return self._client.request("POST", "/2/media/metadata", **asked).json()

    def create(self, text: str, in_reply_to: str | None, media: str | None = None) -> str:
        """Post, with an uploaded picture if one is named; return the new post's id."""
        document = self._write(
            self._client.create_tweet,
            text=text,
            in_reply_to_tweet_id=in_reply_to,
            media_ids=None if media is None else [media],
        )
        new_id = document.get("data", {}).get("id") if _is_filled(document) else None
        if isinstance(new_id, bool) or not isinstance(new_id, str | int) or not new_id:
            raise OutcomeUnknown("X took the post but gave it no id", "look before trying again")
        return str(new_id)

    def delete(self, post_id: str) -> None:
        """Delete a post of ours. Raises Gone where X answers that it does not have it."""
        document = self._write(self._client.delete_tweet, id=post_id)
        if not _is_filled(document) or document["data"].get("deleted") is not True:
            raise OutcomeUnknown("X did not confirm that the post is gone", "look at it on x.com")

    def list_own_posts(self, user_id: str, since: datetime) -> Iterator[XPage]:
        """The account's own posts since then, newest first, page by page.

        It stops early, at a page that still has a token, when that takes too long.
        """
        until = time.monotonic() + self._patience.listing
        asked = {"id": user_id, "start_time": since, "max_results": PAGE, **OWN}
        page = self._read(payloads.page, self._client.get_users_tweets, **asked)
        yield page
        while page.token and time.monotonic() < until:
            asked["pagination_token"] = page.token
            page = self._read(payloads.page, self._client.get_users_tweets, **asked)
            yield page

    def mentions(
        self, user_id: str, since_id: int, until_id: int | None, most: int = PAGE
    ) -> XPage:
        """The newest mentions between these ids, both left out; an empty page is a true end."""
        call, span = self._client.get_users_mentions, _span(since_id, until_id, most)
        return self._page(call, "pagination_token", {"id": user_id, **span})

    def below(
        self, post_id: str, me: XUser, since_id: int, until_id: int | None, most: int = PAGE
    ) -> XPage:
        """The newest posts of a conversation between these ids that do not name us.

        Those that name us are among the mentions, and cheaper there.
        """
        query = f"conversation_id:{post_id} -@{me.username}"
        call, span = self._client.search_recent_tweets, _span(since_id, until_id, most)
        return self._page(call, "next_token", {"query": query, **span})

    def _page(self, call: Callable[..., Any], token: str, asked: dict[str, Any]) -> XPage:
        """A page with posts, or the list's true end; pages that are empty are passed over."""
        page = self._read(payloads.page, call, **asked)
        for _ in range(EMPTY_PAGES):
            if page.posts or not page.token:
                break
            page = self._read(payloads.page, call, **asked, **{token: page.token})
        return page

    def look_up(self, post_ids: Iterable[str], *, people: bool = False) -> XLookup:
        """These posts (a hundred at most) as they are now, on request with their authors."""
        wanted = MENTION if people else VERSION
        return self._read(payloads.looked_up, self._client.get_tweets, ids=list(post_ids), **wanted)

    def authors(self, post_ids: Iterable[str]) -> dict[str, str]:
        """The authors of these posts (a hundred at most), without those of deleted posts."""
        return self._read(payloads.authors, self._client.get_tweets, ids=list(post_ids), **AUTHOR)

    def _read(self, understand: Callable[[Any], T], call: Callable[..., Any], **asked: Any) -> T:
        require(self._limits, call.__name__, self._clock.now())
        try:
            return understand(self._ask(call, asked))
        except Exception as error:  # noqa: BLE001 - what is not classified is an unknown outcome
            raise translate(error, writes=False, now=self._clock.now()) from None

    def _write(self, call: Callable[..., Any], **asked: Any) -> Any:
        require(self._limits, call.__name__, self._clock.now())
        try:
            return self._ask(call, asked)
        except Exception as error:  # noqa: BLE001 - what is not classified is an unknown outcome
            raise translate(error, writes=True, now=self._clock.now()) from None

    def _ask(self, call: Callable[..., Any], asked: Mapping[str, Any]) -> Any:
        """Call tweepy; where X limits this end point, remember until when and for whom."""
        try:
            return call(user_auth=True, **asked)
        except AnswerError as error:
            if error.status == 429:
                now = self._clock.now()
                for counted, wait in waits(error.headers, now).items():
                    self._limits.hold(counted, call.__name__, now, wait)
            raise


def _client(secrets: Mapping[str, str], transport: Transport, answers_as: type) -> tweepy.Client:
    client = tweepy.Client(
        consumer_key=secrets["api_key"],
        consumer_secret=secrets["api_secret"],
        access_token=secrets["access_token"],
        access_token_secret=secrets["access_secret"],
        return_type=answers_as,
        wait_on_rate_limit=False,
    )
    client.session = transport
    return client


def _span(since_id: int, until_id: int | None, most: int) -> dict[str, Any]:
    return {"since_id": since_id, "until_id": until_id, "max_results": most, **MENTION}


def _is_filled(document: Any) -> bool:
    """Whether an answer has the form of a confirmation."""
    return isinstance(document, dict) and isinstance(document.get("data"), dict)

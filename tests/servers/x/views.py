"""The fields of a post in an answer: three by default, others and included objects on request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .model import Post, User
from .problems import not_found
from .records import Records

Shown = dict[str, Any]

DEFAULT_POST = frozenset({"id", "text", "edit_history_tweet_ids"})
DEFAULT_USER = frozenset({"id", "name", "username"})


def stamp(moment: datetime) -> str:
    """A time in X's format: UTC, whole seconds, with zeros for the milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _references(post: Post) -> list[dict[str, str]]:
    """The posts that a post replies to and quotes."""
    both = {"replied_to": post.reply_to, "quoted": post.quotes}
    return [{"type": kind, "id": one} for kind, one in both.items() if one is not None]


POST_FIELDS: dict[str, Callable[[Post], object]] = {
    "id": lambda post: post.id,
    "text": lambda post: post.text,
    "edit_history_tweet_ids": lambda post: list(post.versions),
    "author_id": lambda post: post.author_id,
    "conversation_id": lambda post: post.conversation_id,
    "created_at": lambda post: stamp(post.at),
    "entities": lambda post: post.entities,
    "in_reply_to_user_id": lambda post: post.in_reply_to_user_id,
    "attachments": lambda post: (
        {"media_keys": [one.key for one in post.media]} if post.media else {}
    ),
    "referenced_tweets": _references,
}
USER_FIELDS: dict[str, Callable[[User], object]] = {
    "id": lambda user: user.id,
    "name": lambda user: user.name,
    "username": lambda user: user.username,
    "description": lambda user: user.description,
    "created_at": lambda user: stamp(user.created_at),
}

# X has these too; they have no value here, and X leaves out fields without one.
KNOWN_POST_FIELDS = POST_FIELDS.keys() | {
    "article",
    "card_uri",
    "community_id",
    "context_annotations",
    "display_text_range",
    "edit_controls",
    "geo",
    "lang",
    "media_metadata",
    "non_public_metrics",
    "note_tweet",
    "organic_metrics",
    "paid_partnership",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "reply_settings",
    "scopes",
    "source",
    "withheld",
}
KNOWN_USER_FIELDS = USER_FIELDS.keys() | {
    "affiliation",
    "connection_status",
    "entities",
    "location",
    "most_recent_tweet_id",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription",
    "subscription_type",
    "url",
    "verified",
    "verified_type",
    "withheld",
}

# An expansion shows the field that it follows, even if that was not requested.
EXPANSIONS = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "entities.mentions.username": "entities",
    "edit_history_tweet_ids": "edit_history_tweet_ids",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
}
KNOWN_EXPANSIONS = EXPANSIONS.keys() | {
    "attachments.media_keys",
    "attachments.media_source_tweet",
    "attachments.poll_ids",
    "geo.place_id",
}


@dataclass
class View:
    """Posts in an answer, with the users and posts that it includes."""

    records: Records
    asked: dict[str, Any]
    users: dict[str, User] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)

    def show(self, post: Post) -> Shown:
        """Show one post, and remember the objects to include."""
        expansions = self.asked.get("expansions", frozenset())
        for expansion in sorted(expansions):
            self._follow(expansion, post)
        implied = {EXPANSIONS[one] for one in expansions if one in EXPANSIONS}
        return self._post(post, implied)

    def includes(self) -> Shown:
        """The `includes` of the answer; empty if there are none."""
        users = [self.user(one) for one in self.users.values()]
        posts = [self._post(one, set()) for one in self.posts.values()]
        return {k: v for k, v in {"users": users, "tweets": posts}.items() if v}

    def user(self, user: User) -> Shown:
        """One user with the requested fields."""
        fields = DEFAULT_USER | self.asked.get("user.fields", frozenset())
        return {name: value(user) for name, value in USER_FIELDS.items() if name in fields}

    def _post(self, post: Post, implied: set[str]) -> Shown:
        fields = DEFAULT_POST | implied | self.asked.get("tweet.fields", frozenset())
        shown = {name: value(post) for name, value in POST_FIELDS.items() if name in fields}
        return {name: value for name, value in shown.items() if value}

    def _follow(self, expansion: str, post: Post) -> None:
        if expansion == "author_id":
            self._add_user(post.author_id)
        elif expansion == "in_reply_to_user_id":
            self._add_user(post.in_reply_to_user_id)
        elif expansion == "entities.mentions.username":
            for user_id in post.mentions:
                self._add_user(user_id)
        elif expansion == "edit_history_tweet_ids":
            self.posts |= {one: self.records.posts[one] for one in post.versions if one != post.id}
        elif expansion.startswith("referenced_tweets.id"):
            for reference in _references(post):
                self._refer(reference["id"], expansion)

    def _refer(self, post_id: str, expansion: str) -> None:
        """Include a post that another refers to, or report that it does not exist."""
        referred = self.records.live(post_id)
        if referred is None:
            gone = not_found("tweet", "referenced_tweets.id", post_id)
            self.errors += [gone] if gone not in self.errors else []
            return
        self.posts[referred.id] = referred
        if expansion.endswith(".author_id"):
            self._add_user(referred.author_id)

    def _add_user(self, user_id: str | None) -> None:
        if user_id is not None:
            self.users[user_id] = self.records.users[user_id]

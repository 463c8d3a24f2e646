"""All accounts and posts of the server, deleted ones flagged."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from .model import Medium, Post, User
from .snowflake import Snowflakes
from .stored_text import normalize, render, with_media

EDITS_ALLOWED = 5
EDIT_WINDOW = timedelta(minutes=30)


class Records:
    """Users and posts, without HTTP or permissions."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.users: dict[str, User] = {}
        self.by_name: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.protected: set[str] = set()
        self._ids = Snowflakes()
        self._app = {"api_key": secrets.token_hex(12), "api_secret": secrets.token_hex(25)}

    def add_user(self, username: str, name: str | None, description: str) -> User:
        """A new account with keys for the app."""
        if username.lower() in self.by_name:
            raise ValueError(f"there is a user {username!r} already")
        fresh_id = self._ids.next(self.now())
        return self._keep(
            User(
                id=fresh_id,
                username=username,
                name=name or username,
                description=description,
                created_at=self.now(),
                access_token=f"{fresh_id}-{secrets.token_hex(20)}",
                access_secret=secrets.token_hex(22),
                **self._app,
            )
        )

    def renew(self, user: User) -> User:
        """Give an account a new token; the old one is invalid from then on."""
        token = f"{user.id}-{secrets.token_hex(20)}"
        return self._keep(replace(user, access_token=token, access_secret=secrets.token_hex(22)))

    def _keep(self, user: User) -> User:
        self.users[user.id] = self.by_name[user.username.lower()] = user
        return user

    def is_hidden(self, post: Post, reader: User) -> bool:
        """Whether a post is for approved followers only; here nobody follows anybody."""
        return post.author_id in self.protected and post.author_id != reader.id

    def fresh_id(self) -> str:
        """An id that nothing has."""
        return self._ids.next(self.now())

    def live(self, post_id: str | None) -> Post | None:
        """The post of this id, if it exists and is not deleted; older versions included."""
        post = self.posts.get(post_id or "")
        return None if post is None or post.deleted else post

    def standing(self) -> list[Post]:
        """Every live post in its latest version, newest first, as timelines show them."""
        shown = [p for p in self.posts.values() if not p.deleted and p.id == p.versions[-1]]
        return sorted(shown, key=lambda post: int(post.id), reverse=True)

    def write(
        self,
        author: User,
        written: str,
        *,
        reply_to: str | None = None,
        quotes: str | None = None,
        excluded: Iterable[str] = (),
        media: tuple[Medium, ...] = (),
    ) -> Post:
        """Add a post; a reply does not mention the users `excluded`."""
        parent = None if reply_to is None else self._standing(reply_to)
        if quotes is not None:
            written += f" {self._address(quotes)}"
        return self._add(
            author,
            normalize(written),
            greeting=self.greeting(author, parent, excluded) if parent else "",
            conversation_id=parent.conversation_id if parent else None,
            parent=parent,
            quotes=quotes,
            media=media,
            versions=[],
        )

    def edit(self, post_id: str, written: str) -> Post:
        """Add a version with an id of its own, at most five within half an hour of the first."""
        old = self._standing(post_id)
        if len(old.versions) > EDITS_ALLOWED:
            raise ValueError(f"post {post_id} was edited {EDITS_ALLOWED} times: X allows no more")
        if self.now() - self.posts[old.versions[0]].at > EDIT_WINDOW:
            raise ValueError(f"post {post_id} is older than {EDIT_WINDOW}: X allows no edit")
        return self._add(
            self.users[old.author_id],
            normalize(written),
            greeting=old.greeting,
            conversation_id=old.conversation_id,
            parent=self.posts.get(old.reply_to or ""),
            quotes=old.quotes,
            media=old.media,
            versions=old.versions,
        )

    def delete(self, post_id: str) -> None:
        """Flag the post as deleted, all its versions with it."""
        post = self._standing(post_id)
        for version in post.versions:
            self.posts[version].deleted = True

    def greeting(self, author: User, parent: Post, excluded: Iterable[str] = ()) -> str:
        """The @s that X puts before a reply: the parent's author and whom the parent mentioned.

        The parent's author cannot be excluded, and nobody is mentioned in their own reply.
        """
        others = [one for one in parent.mentions if one not in set(excluded)]
        addressed = [one for one in (parent.author_id, *others) if one != author.id]
        return "".join(f"@{self.users[one].username} " for one in dict.fromkeys(addressed))

    def _add(
        self,
        author: User,
        written: str,
        *,
        greeting: str,
        conversation_id: str | None,
        parent: Post | None,
        quotes: str | None,
        media: tuple[Medium, ...],
        versions: list[str],
    ) -> Post:
        fresh_id = self._ids.next(self.now())
        text, entities = render(greeting + written, self.by_name, fresh_id)
        if media:
            address = f"https://x.com/{author.username}/status/{fresh_id}/photo/1"
            text, entities = with_media(text, entities, address, media)
        versions.append(fresh_id)
        post = Post(
            id=fresh_id,
            author_id=author.id,
            at=self.now(),
            written=written,
            greeting=greeting,
            text=text,
            entities=entities,
            mentions=tuple(str(one["id"]) for one in entities.get("mentions", ())),
            conversation_id=conversation_id or fresh_id,
            reply_to=parent.id if parent else None,
            in_reply_to_user_id=parent.author_id if parent else None,
            quotes=quotes,
            media=media,
            versions=versions,
        )
        self.posts[fresh_id] = post
        return post

    def _standing(self, post_id: str) -> Post:
        """The existing post with an id. Raises ValueError, since another is an error of the test."""
        post = self.live(post_id)
        if post is None:
            raise ValueError(f"there is no post {post_id}, or it is deleted")
        return post

    def _address(self, post_id: str) -> str:
        author = self.users[self._standing(post_id).author_id]
        return f"https://x.com/{author.username}/status/{post_id}"

"""Containers, publishing, deleting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from . import rules
from .model import CONTAINER_LIFE, Container, Media, Person
from .quotas import Quotas
from .refusal import Refusal, no_object

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Posting:
    """All containers and posts."""

    def __init__(self, now: Callable[[], datetime], quotas: Quotas) -> None:
        self.media: dict[str, Media] = {}
        self.containers: dict[str, Container] = {}
        #: how long a container takes until it is ready
        self.processing = timedelta(0)
        #: addresses of pictures that cannot be fetched
        self.unfetchable: set[str] = set()
        #: fetches a picture; without it those at public addresses count as fetched
        self.fetch: Callable[[str], bytes | None] | None = None
        self._now = now
        self._quotas = quotas
        self._numbers = count(1)

    def make_container(self, person: Person, fields: dict[str, str]) -> dict[str, str]:
        """https://developers.facebook.com/docs/threads/posts#step-1--create-a-threads-media-container.

        Threads fetches the picture itself, so it must be on a public server; only the status tells
        that it could not.
        """
        rules.check(fields)
        if "reply_to_id" in fields:
            self.get(fields["reply_to_id"])
        picture = self._picture(fields["image_url"]) if "image_url" in fields else b""
        made = Container(
            id=self._id(),
            owner=person,
            fields=fields,
            made_at=self._now(),
            ready_at=self._now() + self.processing,
            error="UNKNOWN" if picture is None else "",
            picture=picture or b"",
        )
        self.containers[made.id] = made
        return {"id": made.id}

    def container(self, name: str) -> Container:
        """A container.

        That it expires where it was not published is documented, and not that a published one is
        kept for longer.
        """
        found = self.containers.get(name)
        if found is None or (found.published and self._now() >= found.made_at + CONTAINER_LIFE):
            raise no_object(name)
        return found

    def publish(self, person: Person, name: str) -> dict[str, str]:
        """https://developers.facebook.com/docs/threads/posts#step-2--publish-a-threads-media-container.

        What becomes of a container that is published twice is not documented: a second post, or
        (`is_single`) a refusal.
        """
        container = self.containers.get(name)
        status = container.status(self._now()) if container else ""
        is_over = container is not None and container.is_single and bool(container.published)
        is_mine = container is not None and container.owner is person
        if container is None or not is_mine or is_over or status not in _PUBLISHABLE:
            raise Refusal(
                24,
                "The requested resource does not exist",
                subcode=4279009,
                user_message=f"The media with id {name} cannot be found.",
            )
        reply_to = container.fields.get("reply_to_id")
        self._quotas.use("reply_" if reply_to else "")
        kind = "TEXT_POST" if container.fields["media_type"] == "TEXT" else "IMAGE"
        made = self.add(person, container.fields.get("text", ""), reply_to, kind=kind)
        made.fields, made.picture = container.fields, container.picture
        container.published.append(made)
        return {"id": made.id}

    def delete(self, person: Person, name: str) -> dict[str, object]:
        """https://developers.facebook.com/docs/threads/posts/delete-posts."""
        found = self.get(name)
        if found.author is not person:
            raise no_object(name)
        self._quotas.use("delete_")
        self.remove(name)
        return {"success": True, "deleted_id": name}

    def add(
        self, person: Person, text: str, reply_to: str | None, *, kind: str = "TEXT_POST"
    ) -> Media:
        """Make a post."""
        name = self._id()
        made = Media(
            id=name,
            author=person,
            text=text,
            at=self._now().replace(microsecond=0),
            shortcode=_shortcode(int(name)),
            kind=kind,
            reply_to=self.get(reply_to) if reply_to else None,
        )
        self.media[name] = made
        return made

    def get(self, name: str) -> Media:
        """A post, or a refusal."""
        if name not in self.media:
            raise no_object(name)
        return self.media[name]

    def remove(self, name: str) -> None:
        """Delete a post; what answers it stays."""
        self.media.pop(name, None)

    def _picture(self, address: str) -> bytes | None:
        """What is fetched from there; None: no picture that Threads takes."""
        if address in self.unfetchable:
            return None
        if self.fetch is None:
            return b"" if rules.is_public(address) else None
        found = self.fetch(address)
        return found if found is not None and rules.is_picture(found) else None

    def _id(self) -> str:
        return str(18000000000000000 + 977 * next(self._numbers))


_PUBLISHABLE = {"FINISHED", "PUBLISHED"}


def _shortcode(number: int) -> str:
    """A name for addresses that does not tell the id."""
    code, number = "", number ^ 0x5DEECE66D
    while number:
        number, digit = divmod(number, 64)
        code += _DIGITS[digit]
    return code

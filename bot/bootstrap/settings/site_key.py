"""The bot's own secret, which signs the site's forms and links and makes people's pseudonyms."""

import hashlib
import hmac
import secrets

from bot.core.discussion.people import Pseudonyms
from bot.core.ports.kept_files import KeptFiles

NAME = "site.key"
_BYTES = 32


def site_key(files: KeptFiles) -> bytes:
    """The bot's key, made when there is none or a damaged one."""
    found = files.read(NAME)
    if found is None:
        found = files.make(NAME, secrets.token_bytes(_BYTES))
    if len(found) < _BYTES:
        found = secrets.token_bytes(_BYTES)
        files.write(NAME, found)
    return found


def pseudonyms(files: KeptFiles) -> Pseudonyms:
    """Makes pseudonyms of people, with a key derived from the site key for this alone."""
    return Pseudonyms(hmac.new(site_key(files), b"masks", hashlib.sha256).digest())

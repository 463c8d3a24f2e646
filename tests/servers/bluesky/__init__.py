"""A strict Bluesky: a server (PDS) and the network behind it (AppView) over real HTTP.

It knows the part of XRPC that the bot needs, as documented at https://docs.bsky.app/docs/api and
in the lexicons, and refuses what those do not allow. Inside, from the ground up:

    names             ids: DIDs, record keys, hashes, addresses of records
    refusal           errors in XRPC's form
    lexicon           the checks of records
    model             people, records and what stands between people
    sessions          logins, tokens and their limits
    repository        the records and files of all people, and writing them
    views             records as answers show them
    feed              posts, threads and notifications, as the network shows them to somebody
    methods           the end points
    faults            faults on request
    service           Bluesky without a socket, with the controls of a test
    server            the socket, and BlueskyServer, which answers there
"""

from .faults import Trouble
from .model import Person
from .server import BlueskyServer
from .service import Bluesky

__all__ = ["Bluesky", "BlueskyServer", "Person", "Trouble"]

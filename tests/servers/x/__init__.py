"""A strict X: the documented v2 API over real HTTP, with state that a test can see and disturb.

It accepts only what X is documented to accept, so that a client which passes here has signed,
asked and read as X demands. Inside, from the ground up:

    model, snowflake        what a user and a post are, and how ids carry time
    wording, world          text as X stores it, and everything that was ever posted
    problems, params        how X says no, and which parameters are well formed
    exchange                requests and answers
    oauth, limits, bill     who asks, how often, and for how much
    rules, pages, search    what may be posted, and how lists are cut and queried
    views                   what of a post is shown
    desk, writing, reading  the endpoints, and what they work on; routes lists them
    faults                  what goes wrong on request
    service                 X, the whole of it, with the test's own doors
    wire, server            the bytes on the socket, and XServer, which answers there
"""

from .faults import Fault, Reset, Trouble
from .model import Post, User
from .server import XServer
from .service import Seen, X

__all__ = ["Fault", "Post", "Reset", "Seen", "Trouble", "User", "X", "XServer"]

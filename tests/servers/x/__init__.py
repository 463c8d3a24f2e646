"""A strict X: the documented v2 API over real HTTP, with state that a test can see and change.

It accepts only requests that X is documented to accept, so a client that passes here signs, asks
and reads as X demands. Inside, from the ground up:

    model, snowflake         users and posts, and ids that carry time
    stored_text, records     text as X stores it, and all users and posts
    problems, params, body   X's error documents, and the checks of parameters and bodies
    messages                 requests and answers
    oauth, limits, billing   the signer of a request, rate limits, and prices
    rules, pages, search     rules for new posts, and how lists are cut and searched
    views                    the fields of a post in an answer
    server_state             the state that the endpoints work on
    writing, reading, media  the endpoints; routes lists them
    faults                   faults on request
    service                  X without a socket, with the controls of a test
    http_server, server      the socket, and XServer, which answers there
"""

from .faults import Fault, Reset, Trouble
from .model import Post, User
from .server import XServer
from .service import Seen, X

__all__ = ["Fault", "Post", "Reset", "Seen", "Trouble", "User", "X", "XServer"]

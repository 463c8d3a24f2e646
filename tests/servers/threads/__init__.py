"""A strict Threads: the part of Meta's API that the bot needs, over real HTTP or without a socket.

It does what https://developers.facebook.com/docs/threads says, and refuses what that does not allow;
each rule has its page beside it. Where the documentation is silent it does the worst that it could
mean. Inside, from the ground up:

    refusal           errors in the Graph API's form
    model             people, containers and posts
    tokens            tokens, their permissions and their ends
    rules             the checks of a container
    quotas            what a profile may do in a day
    posting           containers, publishing, deleting
    fields            the documented fields of each end point
    reading           lists, conversations, single posts
    routes            the end points
    faults            faults on request
    service           Threads, with the controls of a test
    server            ThreadsServer: the same on the loopback
"""

from .faults import Trouble
from .model import Media, Person
from .server import ThreadsServer
from .service import Threads

__all__ = ["Media", "Person", "Threads", "ThreadsServer", "Trouble"]

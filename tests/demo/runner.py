"""The demo: starts the servers, the bot and its log, plays the script, and ends all of them."""

from __future__ import annotations

import html
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.demo import messages, picture, processes
from tests.demo.messages import say
from tests.demo.people import Conversation, People
from tests.demo.posts import NETWORKS, Posts, shown
from tests.demo.script import Ending, Line, ending, read
from tests.demo.servers import servers
from tests.demo.settings import first_tip, tips_file, why_no_cards
from tests.demo.waiting import Failed, Stopped, Waiting
from tests.whole.operator import Operator, free_port

START_WITHIN = 60.0
"""How long the first tip may take to be posted everywhere, in seconds."""
SHOW_WITHIN = 130.0
"""How long everything may take to be shown after the last line, in seconds."""
LOG_LAG = 2.0
"""How far `tipsbot log --follow` may be behind the page, in seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """The command line options."""

    #: End when everything was shown.
    once: bool = False
    #: Where to save a picture of the page.
    picture: Path | None = None


def run(options: Options, asked: threading.Event) -> int:
    """Run the demo until `asked` is set; its exit code."""
    code, last = _outcome(options, asked)
    with suppress(Stopped):
        say(last)
    return code


def _outcome(options: Options, asked: threading.Event) -> tuple[int, str]:
    """The exit code, and the last line for the terminal."""
    try:
        with ExitStack() as stack:
            _started(stack, Waiting(asked)).play(options)
    except Stopped:
        return int(options.once), "Stopped. The demo's folder is deleted."
    except (Failed, OSError) as failure:
        return 1, f"The demo has failed: {failure}"
    return 0, "Everything was shown. The demo's folder is deleted."


@dataclass(kw_only=True)
class Demo:
    """The running parts. `page` is the address of the first tip's page."""

    operator: Operator
    people: People
    posts: Posts
    page: str
    waiting: Waiting
    lines: Sequence[Line]

    def play(self, options: Options) -> None:
        """Play the script, and go on until somebody stops it unless it is to run once.

        Raises Stopped or Failed.
        """
        try:
            self._play(options)
        except (Failed, requests.RequestException, ValueError) as error:
            self.waiting.look()  # a stop, or the end of the bot, explains it better
            raise Failed(str(error)) from error

    def _play(self, options: Options) -> None:
        for line in self.lines:
            self.people.act(line)
        self._await_all()
        messages.tell_posts(self.posts.everywhere())
        if options.picture is not None:
            picture.take(self.page, options.picture)
            say(f"A picture of the page: {options.picture}")
        if not options.once:
            say("The bot goes on, with a tip every minute. Stop it with Ctrl-C.", "")
            self.waiting.forever()

    def _await_all(self) -> None:
        end = ending(self.lines)
        page, log = f"{self.page} shows the whole discussion", "the log shows every mention"
        self.waiting.until(lambda: self._is_shown(end), page, SHOW_WITHIN)
        self.waiting.until(lambda: self._is_logged(end), log, SHOW_WITHIN)
        self.waiting.rest(LOG_LAG)

    def _is_shown(self, end: Ending) -> bool:
        """Whether the page has every text that exists, and none that was deleted.

        A machine that is busy with other work may take longer to answer: then it is asked again.
        """
        try:
            answer = requests.get(self.page, timeout=10)
        except requests.RequestException:
            return False
        page = html.unescape(answer.text)
        is_whole = all(text in page for text in end.shown)
        return answer.ok and is_whole and not any(text in page for text in end.gone)

    def _is_logged(self, end: Ending) -> bool:
        """Whether mentions outside of threads are in the log, under no tip."""
        known = [entry["text"] for entry in self.operator.entries() if entry["tip"] is None]
        return all(any(call in text for text in known) for call in end.calls)


def _started(stack: ExitStack, waiting: Waiting) -> Demo:
    """Start everything; the stack ends it. Raises Stopped or Failed."""
    lines, tip = read(), first_tip()
    folder = stack.enter_context(TemporaryDirectory(prefix="tipsbot-demo-"))
    local = stack.enter_context(servers(lines))
    posts = Posts(servers=local)
    operator = Operator(home=Path(folder), port=free_port(), secrets=local.secrets)
    operator.write(tips_file(operator.site, local, cards=_can_draw()))
    bot = stack.enter_context(processes.running(operator))
    waiting.check = lambda: processes.check(bot)
    page = f"{operator.site}/tips/{tip}"
    waiting.until(lambda: _stands(page, posts), "the bot posts its first tip", START_WITHIN)
    first = posts.linking(page)
    people = People(
        operator=operator,
        servers=local,
        tip=tip,
        talk=Conversation(roots={place: first[name] for place, name in NETWORKS.items()}),
        stack=stack,
        waiting=waiting,
    )
    shown_at = stack.enter_context(shown(posts))
    say(
        messages.PLACES.format(
            page=page, posts=shown_at, mastodon=local.mastodon.url, chat=local.chat.url
        )
    )
    stack.enter_context(processes.following(operator))
    return Demo(
        operator=operator, people=people, posts=posts, page=page, waiting=waiting, lines=lines
    )


def _can_draw() -> bool:
    """Whether this machine can draw cards; where it cannot, that is said."""
    why = why_no_cards()
    if why is not None:
        say(messages.NO_CARDS.format(why=why))
    return why is None


def _stands(page: str, posts: Posts) -> bool:
    """Whether the first tip is on the site and on all servers."""
    is_sent = posts.linking(page).keys() == set(NETWORKS.values())
    return is_sent and bool(posts.in_chat()) and requests.get(page, timeout=10).ok

"""Taking pings, looking at pages, and keeping what they say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.site.webmention import (
    AGAIN,
    MOST_RESPONSES,
    MOST_WAITING,
    PAUSES,
    REMEMBERED,
    BadSource,
    BadTarget,
    TooMany,
    WebmentionReceiver,
    WebmentionVerifier,
    response_id,
)
from bot.core.discussion.webmention import Failure, LinkNotice, ReadFailure, Response, is_on_site
from bot.core.errors import PlatformError, Refused, RetryLater
from bot.core.model.config import Account, Config
from bot.core.model.site_page import Comment, Page
from bot.store import Database, open_memory
from tests.site import NINE, TIP, HandClock, config, post

SOURCE = "https://other.example/post"
TARGET = f"https://tips.example/tips/{TIP}"
SAID = Response(author="Ada", author_url="https://ada.example/", text="I disagree.")
GONE = ReadFailure(failure=Failure.GONE, why="there is no such page")


def config_that_holds(hold: str) -> Config:
    """The bot with this word of `hold` under its site."""
    site, *others = config().accounts
    return replace(config(), accounts=(replace(site, options={"hold": hold}), *others))


@dataclass
class Pages:
    """Stands at the door to the network: what each look finds, the last of it for good."""

    finds: list[Response | ReadFailure | PlatformError]
    looked: list[tuple[str, str]] = field(default_factory=list)

    def read(self, source: str, target: str) -> Response | ReadFailure:
        self.looked.append((source, target))
        found = self.finds.pop(0) if len(self.finds) > 1 else self.finds[0]
        if isinstance(found, PlatformError):
            raise found
        return found


class Harness:
    """A site that takes pings, over an empty memory."""

    def __init__(self, database: Database, *finds: Response | ReadFailure | PlatformError) -> None:
        self.database, self.config, self.clock = database, config(), HandClock()
        self.web = Pages(list(finds) or [SAID])
        self.nudges: list[None] = []
        self.heard: list[None] = []
        self.receiving = WebmentionReceiver(
            pings=database.pings, pages=database.pages, nudge=lambda: self.nudges.append(None)
        )
        self.verifier = WebmentionVerifier(
            pings=database.pings,
            pages=database.pages,
            fetcher=self.web,
            clock=self.clock,
            heard=lambda: self.heard.append(None),
        )

    def take(self, source=SOURCE, target=TARGET, protocol=LinkNotice.WEBMENTION):
        """Another site pings."""
        return self.receiving.take(source, target, protocol, self.config, self.clock.now())

    def work(self, steps=1) -> bool:
        """So many steps of looking."""
        return all(self.verifier.step(self.config) for _ in range(steps))

    def finds(self, *finds: Response | ReadFailure | PlatformError) -> None:
        """From now on the web is like this."""
        self.web.finds = list(finds)

    @property
    def ping(self):
        return self.database.pings.get(SOURCE, TARGET)

    @property
    def comment(self) -> Comment | None:
        return self.database.pages.comment(response_id(SOURCE, TIP))


@pytest.fixture
def harness():
    """A site with one tip that is up."""
    database = open_memory()
    database.pages.put(Page(tip=TIP, post=post(TIP, NINE), first_at=NINE, at=NINE))
    yield Harness(database)
    database.close()


# -- taking -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        TARGET,
        f"http://tips.example/tips/{TIP}",
        f"HTTPS://TIPS.EXAMPLE:443/tips/{TIP}",
        f"{TARGET}?page=2",
        f"{TARGET}?at=comment-1#comment-1",
        f"{TARGET}#discussion",
        TARGET.replace("listen", "l%69sten"),
    ],
)
def test_every_address_of_a_tip_is_taken(harness, target):
    """A ping is taken for a tip under each address that leads to it, as one and the same."""
    assert harness.take(target=target) is None
    assert harness.ping is not None
    assert len(harness.nudges) == 1


@pytest.mark.parametrize(
    ("target", "is_missing"),
    [
        ("https://tips.example/", False),
        ("https://tips.example/privacy", False),
        ("https://tips.example/tips/", False),
        (f"https://tips.example/tips/{TIP}/more", False),
        (f"https://evil.example/tips/{TIP}", False),
        (f"https://tips.example:8443/tips/{TIP}", False),
        (f"https://tips.example@evil.example/tips/{TIP}", False),
        ("https://tips.example/tips/no-such-tip", True),
        (f"/tips/{TIP}", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_nothing_else_is_taken(harness, target, is_missing):
    """A ping for what is no tip of ours that is up is refused at once."""
    with pytest.raises(BadTarget) as told:
        harness.take(target=target)
    assert told.value.is_missing is is_missing


def test_a_tip_that_was_taken_back_takes_none(harness):
    """Nobody responds to what is gone."""
    harness.database.pages.retract(f"key-{TIP}", NINE)
    with pytest.raises(BadTarget):
        harness.take()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "/post",
        "ftp://other.example/post",
        "javascript:alert(1)",
        "https://user:secret@other.example/",
        "https://other.example:port/",
        f"https://other.example/{'x' * 2000}",
        TARGET,
        f"http://tips.example/tips/{TIP}?page=2",
        "https://tips.example/",
        "https://tips.example",
        "https://tips.example/search?q=knife",
        "https://tips.example/feed.atom",
        f"https://tips.example/tips/{TIP}/feed.json",
        "https://tips.example./replies.atom",
        "https://TIPS.example:443/%73earch?q=a",
        "http://tips.example:80//x/../search?q=a",
        "http://tips.example:443/privacy",
    ],
)
def test_only_a_page_elsewhere_can_be_the_source(harness, source):
    """A source is an absolute address of the web, and not ours."""
    with pytest.raises(BadSource):
        harness.take(source=source)


def test_no_more_is_taken_than_can_wait(harness):
    """A flood is refused; who waits already may ping again."""
    for number in range(MOST_WAITING):
        harness.take(source=f"https://other.example/{number}")
    with pytest.raises(TooMany):
        harness.take()
    harness.take(source="https://other.example/0")


def test_below_a_path_addresses_are_known_as_well(harness):
    """A site that lives under a path knows its tips there, and nowhere else."""
    moved = replace(harness.config.bot, site="https://shared.example/tips-bot")
    harness.config = replace(harness.config, bot=moved)
    harness.take(target=f"https://shared.example/tips-bot/tips/{TIP}")
    with pytest.raises(BadTarget):
        harness.take(target=f"https://shared.example/tips/{TIP}")


# -- looking ----------------------------------------------------------------------------------


def test_what_a_page_says_is_kept(harness):
    """A page that links to a tip becomes a comment of its author, with its address."""
    harness.take()
    assert harness.work()
    comment = harness.comment
    assert comment is not None
    assert (comment.name, comment.text, comment.tip) == ("Ada", "I disagree.", TIP)
    assert (comment.source, comment.author_url) == (SOURCE, "https://ada.example/")
    assert (comment.at, comment.held, comment.owner) == (NINE, False, "")
    assert harness.web.looked == [(SOURCE, TARGET)]
    assert harness.heard
    assert not harness.work()


@pytest.mark.parametrize(
    "address",
    [
        "https://pages.example/bot",
        "https://pages.example/bot/",
        "https://pages.example/bot/search?q=a",
        "https://pages.example/x/../bot/feed.atom",
        "https://pages.example/%62ot/tips/a",
    ],
)
def test_a_site_below_a_path_is_known_by_it(address):
    """Where the site shares its host, what lies below its path is its own, and nothing beside."""
    ours = replace(config().bot, site="https://pages.example/bot")
    shared = replace(config(), bot=ours)
    assert is_on_site(address, shared)
    assert not is_on_site("https://pages.example/bottom", shared)
    assert not is_on_site("https://pages.example/", shared)


def test_a_site_with_a_name_in_letters_of_its_own():
    """Its name in the letters of the DNS is the same name."""
    ours = replace(config(), bot=replace(config().bot, site="https://bücher.example"))
    assert is_on_site("https://xn--bcher-kva.example/search?q=a", ours)


@pytest.mark.parametrize(
    "url",
    [
        f"https://tips.example/tips/{TIP}",
        "https://tips.example/search?q=disagree",
        "https://tips.example/replies.atom",
        "https://tips.example/",
        "http://tips.example:80/feed.json",
    ],
)
def test_a_redirect_to_our_own_pages_is_no_response(harness, url):
    """A source that leads to this site in the end says nothing of it."""
    harness.finds(replace(SAID, url=url))
    harness.take()
    harness.work()
    assert harness.comment is None
    assert harness.ping.trouble.why == "it leads to this site"


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1, 1, 1), (1, 1, 2), (1601, 1, 1), (1899, 12, 30), (1970, 1, 1), (2001, 1, 1)],
)
def test_a_time_that_cannot_be_is_not_taken(harness, year, month, day):
    """A page that says it is far older than its tip was said when it was read."""
    harness.finds(replace(SAID, at=datetime(year, month, day, tzinfo=UTC)))
    harness.take()
    harness.work()
    assert harness.comment.at == NINE


@pytest.mark.parametrize(
    ("hold", "said", "held"),
    [
        ("links", SAID, False),
        ("links", replace(SAID, text="Buy at cheap.biz"), True),
        ("links", replace(SAID, author="cheap.biz"), True),
        ("links", replace(SAID, text="mail jo@cheap.biz"), True),
        ("links", replace(SAID, author="other.example", url=SOURCE), False),
        ("links", replace(SAID, author="other.example", text=SOURCE, url=SOURCE), False),
        ("new", SAID, True),
        ("all", SAID, True),
        ("none", replace(SAID, text="Buy at cheap.biz"), False),
    ],
)
def test_responses_are_held_as_comments_are(harness, hold, said, held):
    """What `hold` says of comments holds for the words of other sites."""
    harness.config = config_that_holds(hold)
    harness.finds(said)
    harness.take()
    harness.work()
    assert harness.comment.held is held


def test_a_site_that_is_known_is_not_new(harness):
    """With `hold: new`, a site of which a response stands needs no further word."""
    harness.config = config_that_holds("new")
    first = harness.take()
    harness.work()
    assert first is None
    harness.database.pages.hold(harness.comment.id, held=False)
    for source in ("https://other.example/2", "https://other.example.evil.example/3"):
        harness.take(source=source)
        harness.work()
    second = harness.database.pages.comment(response_id("https://other.example/2", TIP))
    third = harness.database.pages.comment(response_id("https://other.example.evil.example/3", TIP))
    assert (second.held, third.held) == (False, True)


def test_other_words_are_judged_anew(harness):
    """What was approved stays so while it says the same; new words with a link wait again."""
    harness.finds(replace(SAID, text="See cheap.biz"))
    harness.take()
    harness.work()
    harness.database.pages.hold(harness.comment.id, held=False)
    harness.clock.move(AGAIN)
    harness.take()
    harness.work()
    assert not harness.comment.held
    harness.finds(replace(SAID, text="See dear.biz"))
    harness.clock.move(AGAIN)
    harness.take()
    harness.work()
    assert harness.comment.held


@pytest.mark.parametrize("days", [-3, 3])
def test_a_response_has_the_time_that_it_claims_if_that_can_be(harness, days):
    """What claims to come from the future was said when it was read."""
    claimed = NINE + timedelta(days=days)
    harness.finds(replace(SAID, at=claimed))
    harness.take()
    harness.work()
    assert harness.comment.at == min(claimed, NINE)


def test_a_page_that_is_told_again_is_updated(harness):
    """A later ping of the same pair brings its entry up to date, and makes no second one."""
    harness.take()
    harness.work()
    harness.clock.move(timedelta(hours=1))
    harness.finds(replace(SAID, text="I agree now."))
    known = harness.take(target=f"{TARGET}#discussion")
    assert known is not None
    harness.work()
    assert (harness.comment.text, harness.comment.at) == ("I agree now.", NINE)
    assert harness.database.pages.responses(TIP) == 1


def test_the_same_page_told_again_changes_nothing(harness):
    """Nobody is told of an edit where there is none."""
    harness.take()
    harness.work()
    before = harness.comment
    harness.clock.move(timedelta(hours=1))
    harness.take()
    harness.work()
    assert harness.comment == before


@pytest.mark.parametrize("failure", [Failure.GONE, Failure.UNLINKED])
def test_what_is_gone_there_is_erased_here(harness, failure):
    """A page that is gone, or links here no more, takes its entry with it, and its address."""
    harness.take()
    harness.work()
    harness.clock.move(timedelta(hours=1))
    harness.finds(ReadFailure(failure=failure, why="it is so"))
    harness.take()
    harness.work()
    gone = harness.comment
    assert gone.deleted_at == harness.clock.now()
    assert (gone.name, gone.text, gone.source, gone.author_url) == ("", "", None, None)
    assert harness.ping is None


def test_nothing_erased_comes_back(harness):
    """Whoever was erased is not looked at again, however often their site pings."""
    harness.take()
    harness.work()
    harness.database.pages.erase(harness.comment.id, NINE)
    harness.take()
    assert harness.ping is None
    assert not harness.work()
    assert harness.comment.text == ""


def test_an_update_that_crosses_an_erasure_changes_nothing(harness):
    """What was erased while its page was being read stays erased."""
    harness.take()
    harness.work()
    harness.database.pages.erase(harness.comment.id, NINE)
    late = Comment(
        id=response_id(SOURCE, TIP), tip=TIP, name="A", text="B", at=NINE, owner="", source=SOURCE
    )
    assert harness.database.pages.respond(late).text == ""
    assert harness.comment.source is None


def test_what_may_pass_is_tried_again(harness):
    """A site that is down is asked again after growing pauses, and is then given up."""
    harness.finds(RetryLater("it answers 503"))
    harness.take()
    for number, pause in enumerate(PAUSES, 1):
        assert harness.work()
        assert not harness.work()
        assert harness.ping.tries == number
        harness.clock.move(pause)
    assert harness.work()
    assert harness.ping.not_before is None
    assert harness.ping.trouble == ReadFailure(failure=Failure.UNREACHABLE, why="it answers 503")
    assert len(harness.web.looked) == len(PAUSES) + 1


def test_a_site_that_is_back_is_read(harness):
    """One failure is forgotten with the next success."""
    harness.finds(RetryLater("it answers 503"), SAID)
    harness.take()
    harness.work()
    harness.clock.move(PAUSES[0])
    harness.work()
    assert harness.comment is not None
    assert (harness.ping.not_before, harness.ping.trouble) == (None, None)


def test_what_will_not_pass_is_given_up(harness):
    """A page that cannot be read is not tried again, and what it said before stays."""
    harness.take()
    harness.work()
    harness.clock.move(timedelta(hours=1))
    harness.finds(Refused("it answers 403"))
    harness.take()
    harness.work()
    assert harness.ping.not_before is None
    assert harness.ping.trouble == ReadFailure(failure=Failure.UNREADABLE, why="it answers 403")
    assert harness.comment.text == "I disagree."


def test_a_page_that_kills_us_is_not_tried_for_ever(harness):
    """Each try is written down before it is made."""

    class Death(BaseException):
        """The end of the process."""

    def die(*_):
        raise Death

    harness.take()
    for pause in (*PAUSES, PAUSES[-1]):
        with pytest.raises(Death):
            replace(harness.verifier, fetcher=type("Web", (), {"read": die})()).step(harness.config)
        harness.clock.move(pause)
    harness.work()
    assert harness.web.looked == []
    assert harness.ping.not_before is None


def test_no_page_is_looked_at_all_the_time(harness):
    """However often a site pings, its page is asked for once in a while."""
    harness.take()
    harness.work()
    harness.take()
    assert not harness.work()
    harness.clock.move(AGAIN)
    assert harness.work()


def test_pings_before_the_first_look_are_one(harness):
    """Whoever pings twice in a row is looked at as soon as who pings once."""
    harness.take()
    harness.clock.move(timedelta(seconds=1))
    assert harness.take() is not None
    assert harness.work()
    assert not harness.work()


def test_a_ping_during_a_look_is_not_lost(harness):
    """A page that changed while it was being read is read again."""

    def read(*_):
        harness.clock.move(timedelta(seconds=5))
        harness.take()
        return SAID

    harness.take()
    replace(harness.verifier, fetcher=type("Web", (), {"read": read})()).step(harness.config)
    assert harness.ping.not_before is not None
    harness.clock.move(AGAIN)
    harness.finds(replace(SAID, text="Newer."))
    harness.work()
    assert harness.comment.text == "Newer."


def test_a_tip_has_room_for_so_many(harness):
    """A site that makes pages without end cannot fill the bot's memory."""
    for number in range(MOST_RESPONSES):
        harness.database.pages.write(
            Comment(id=f"{number}", tip=TIP, name="", text="", at=NINE, owner="", source="s")
        )
    harness.take()
    harness.work()
    assert harness.comment is None
    assert harness.ping.trouble.failure is Failure.FULL
    assert harness.database.pages.standing(TIP) == 0


def test_what_was_switched_off_is_not_looked_at(harness):
    """Pings that wait while the operator turns responses off are dropped."""
    harness.take(protocol=LinkNotice.PINGBACK)
    off = Account(name="site", kind="site", options={"responses": "webmention"})
    harness.config = replace(harness.config, accounts=(off,))
    harness.work()
    assert (harness.web.looked, harness.ping) == ([], None)


def test_settled_pings_are_forgotten(harness):
    """Whose page was looked at, and when, is not kept for good."""
    harness.finds(GONE)
    harness.take()
    harness.work()
    harness.verifier.tidy()
    assert harness.ping is not None
    harness.clock.move(REMEMBERED + timedelta(minutes=1))
    harness.verifier.tidy()
    assert harness.ping is None


def test_without_a_site_nothing_is_taken():
    """A bot that keeps no site has nothing to link to."""
    from bot.core.discussion.webmention import takes

    none: Config = replace(config(), accounts=())
    assert not takes(none, LinkNotice.WEBMENTION)

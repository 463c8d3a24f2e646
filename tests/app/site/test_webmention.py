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
    Receiving,
    TooMany,
    Verifier,
    response_id,
)
from bot.core.discussion.webmention import Failure, Protocol, Response, Trouble, is_on_site
from bot.core.errors import PlatformError, Refused, RetryLater
from bot.core.model.config import Account, Config
from bot.core.model.site_page import Comment, Page
from bot.store import Database, open_memory
from tests.site import NINE, TIP, HandClock, config, post

SOURCE = "https://other.example/post"
TARGET = f"https://tips.example/tips/{TIP}"
SAID = Response(author="Ada", author_url="https://ada.example/", text="I disagree.")
GONE = Trouble(failure=Failure.GONE, why="there is no such page")


def config_that_holds(hold: str) -> Config:
    """The bot with this word of `hold` under its site."""
    site, *others = config().accounts
    return replace(config(), accounts=(replace(site, options={"hold": hold}), *others))


@dataclass
class Pages:
    """Stands at the door to the network: what each look finds, the last of it for good."""

    finds: list[Response | Trouble | PlatformError]
    looked: list[tuple[str, str]] = field(default_factory=list)

    def read(self, source: str, target: str) -> Response | Trouble:
        self.looked.append((source, target))
        found = self.finds.pop(0) if len(self.finds) > 1 else self.finds[0]
        if isinstance(found, PlatformError):
            raise found
        return found


class House:
    """A site that takes pings, over an empty memory."""

    def __init__(self, database: Database, *finds: Response | Trouble | PlatformError) -> None:
        self.database, self.config, self.clock = database, config(), HandClock()
        self.web = Pages(list(finds) or [SAID])
        self.nudges: list[None] = []
        self.heard: list[None] = []
        self.receiving = Receiving(
            pings=database.pings, pages=database.pages, nudge=lambda: self.nudges.append(None)
        )
        self.verifier = Verifier(
            pings=database.pings,
            pages=database.pages,
            fetcher=self.web,
            clock=self.clock,
            heard=lambda: self.heard.append(None),
        )

    def take(self, source=SOURCE, target=TARGET, protocol=Protocol.WEBMENTION):
        """Another site pings."""
        return self.receiving.take(source, target, protocol, self.config, self.clock.now())

    def work(self, steps=1) -> bool:
        """So many steps of looking."""
        return all(self.verifier.step(self.config) for _ in range(steps))

    def finds(self, *finds: Response | Trouble | PlatformError) -> None:
        """From now on the web is like this."""
        self.web.finds = list(finds)

    @property
    def ping(self):
        return self.database.pings.get(SOURCE, TARGET)

    @property
    def comment(self) -> Comment | None:
        return self.database.pages.comment(response_id(SOURCE, TIP))


@pytest.fixture
def house():
    """A site with one tip that is up."""
    database = open_memory()
    database.pages.put(Page(tip=TIP, post=post(TIP, NINE), first_at=NINE, at=NINE))
    yield House(database)
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
def test_every_address_of_a_tip_is_taken(house, target):
    """A ping is taken for a tip under each address that leads to it, as one and the same."""
    assert house.take(target=target) is None
    assert house.ping is not None
    assert len(house.nudges) == 1


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
def test_nothing_else_is_taken(house, target, is_missing):
    """A ping for what is no tip of ours that is up is refused at once."""
    with pytest.raises(BadTarget) as told:
        house.take(target=target)
    assert told.value.is_missing is is_missing


def test_a_tip_that_was_taken_back_takes_none(house):
    """Nobody responds to what is gone."""
    house.database.pages.retract(f"key-{TIP}", NINE)
    with pytest.raises(BadTarget):
        house.take()


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
def test_only_a_page_elsewhere_can_be_the_source(house, source):
    """A source is an absolute address of the web, and not ours."""
    with pytest.raises(BadSource):
        house.take(source=source)


def test_no_more_is_taken_than_can_wait(house):
    """A flood is refused; who waits already may ping again."""
    for number in range(MOST_WAITING):
        house.take(source=f"https://other.example/{number}")
    with pytest.raises(TooMany):
        house.take()
    house.take(source="https://other.example/0")


def test_below_a_path_addresses_are_known_as_well(house):
    """A site that lives under a path knows its tips there, and nowhere else."""
    moved = replace(house.config.bot, site="https://shared.example/tips-bot")
    house.config = replace(house.config, bot=moved)
    house.take(target=f"https://shared.example/tips-bot/tips/{TIP}")
    with pytest.raises(BadTarget):
        house.take(target=f"https://shared.example/tips/{TIP}")


# -- looking ----------------------------------------------------------------------------------


def test_what_a_page_says_is_kept(house):
    """A page that links to a tip becomes a comment of its author, with its address."""
    house.take()
    assert house.work()
    comment = house.comment
    assert comment is not None
    assert (comment.name, comment.text, comment.tip) == ("Ada", "I disagree.", TIP)
    assert (comment.source, comment.author_url) == (SOURCE, "https://ada.example/")
    assert (comment.at, comment.held, comment.owner) == (NINE, False, "")
    assert house.web.looked == [(SOURCE, TARGET)]
    assert house.heard
    assert not house.work()


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
def test_a_redirect_to_our_own_pages_is_no_response(house, url):
    """A source that leads to this site in the end says nothing of it."""
    house.finds(replace(SAID, url=url))
    house.take()
    house.work()
    assert house.comment is None
    assert house.ping.trouble.why == "it leads to this site"


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1, 1, 1), (1, 1, 2), (1601, 1, 1), (1899, 12, 30), (1970, 1, 1), (2001, 1, 1)],
)
def test_a_time_that_cannot_be_is_not_taken(house, year, month, day):
    """A page that says it is far older than its tip was said when it was read."""
    house.finds(replace(SAID, at=datetime(year, month, day, tzinfo=UTC)))
    house.take()
    house.work()
    assert house.comment.at == NINE


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
def test_responses_are_held_as_comments_are(house, hold, said, held):
    """What `hold` says of comments holds for the words of other sites."""
    house.config = config_that_holds(hold)
    house.finds(said)
    house.take()
    house.work()
    assert house.comment.held is held


def test_a_site_that_is_known_is_not_new(house):
    """With `hold: new`, a site of which a response stands needs no further word."""
    house.config = config_that_holds("new")
    first = house.take()
    house.work()
    assert first is None
    house.database.pages.hold(house.comment.id, held=False)
    for source in ("https://other.example/2", "https://other.example.evil.example/3"):
        house.take(source=source)
        house.work()
    second = house.database.pages.comment(response_id("https://other.example/2", TIP))
    third = house.database.pages.comment(response_id("https://other.example.evil.example/3", TIP))
    assert (second.held, third.held) == (False, True)


def test_other_words_are_judged_anew(house):
    """What was approved stays so while it says the same; new words with a link wait again."""
    house.finds(replace(SAID, text="See cheap.biz"))
    house.take()
    house.work()
    house.database.pages.hold(house.comment.id, held=False)
    house.clock.move(AGAIN)
    house.take()
    house.work()
    assert not house.comment.held
    house.finds(replace(SAID, text="See dear.biz"))
    house.clock.move(AGAIN)
    house.take()
    house.work()
    assert house.comment.held


@pytest.mark.parametrize("days", [-3, 3])
def test_a_response_has_the_time_that_it_claims_if_that_can_be(house, days):
    """What claims to come from the future was said when it was read."""
    claimed = NINE + timedelta(days=days)
    house.finds(replace(SAID, at=claimed))
    house.take()
    house.work()
    assert house.comment.at == min(claimed, NINE)


def test_a_page_that_is_told_again_is_updated(house):
    """A later ping of the same pair brings its entry up to date, and makes no second one."""
    house.take()
    house.work()
    house.clock.move(timedelta(hours=1))
    house.finds(replace(SAID, text="I agree now."))
    known = house.take(target=f"{TARGET}#discussion")
    assert known is not None
    house.work()
    assert (house.comment.text, house.comment.at) == ("I agree now.", NINE)
    assert house.database.pages.responses(TIP) == 1


def test_the_same_page_told_again_changes_nothing(house):
    """Nobody is told of an edit where there is none."""
    house.take()
    house.work()
    before = house.comment
    house.clock.move(timedelta(hours=1))
    house.take()
    house.work()
    assert house.comment == before


@pytest.mark.parametrize("failure", [Failure.GONE, Failure.UNLINKED])
def test_what_is_gone_there_is_erased_here(house, failure):
    """A page that is gone, or links here no more, takes its entry with it, and its address."""
    house.take()
    house.work()
    house.clock.move(timedelta(hours=1))
    house.finds(Trouble(failure=failure, why="it is so"))
    house.take()
    house.work()
    gone = house.comment
    assert gone.deleted_at == house.clock.now()
    assert (gone.name, gone.text, gone.source, gone.author_url) == ("", "", None, None)
    assert house.ping is None


def test_nothing_erased_comes_back(house):
    """Whoever was erased is not looked at again, however often their site pings."""
    house.take()
    house.work()
    house.database.pages.erase(house.comment.id, NINE)
    house.take()
    assert house.ping is None
    assert not house.work()
    assert house.comment.text == ""


def test_an_update_that_crosses_an_erasure_changes_nothing(house):
    """What was erased while its page was being read stays erased."""
    house.take()
    house.work()
    house.database.pages.erase(house.comment.id, NINE)
    late = Comment(
        id=response_id(SOURCE, TIP), tip=TIP, name="A", text="B", at=NINE, owner="", source=SOURCE
    )
    assert house.database.pages.respond(late).text == ""
    assert house.comment.source is None


def test_what_may_pass_is_tried_again(house):
    """A site that is down is asked again after growing pauses, and is then given up."""
    house.finds(RetryLater("it answers 503"))
    house.take()
    for number, pause in enumerate(PAUSES, 1):
        assert house.work()
        assert not house.work()
        assert house.ping.tries == number
        house.clock.move(pause)
    assert house.work()
    assert house.ping.not_before is None
    assert house.ping.trouble == Trouble(failure=Failure.UNREACHABLE, why="it answers 503")
    assert len(house.web.looked) == len(PAUSES) + 1


def test_a_site_that_is_back_is_read(house):
    """One failure is forgotten with the next success."""
    house.finds(RetryLater("it answers 503"), SAID)
    house.take()
    house.work()
    house.clock.move(PAUSES[0])
    house.work()
    assert house.comment is not None
    assert (house.ping.not_before, house.ping.trouble) == (None, None)


def test_what_will_not_pass_is_given_up(house):
    """A page that cannot be read is not tried again, and what it said before stays."""
    house.take()
    house.work()
    house.clock.move(timedelta(hours=1))
    house.finds(Refused("it answers 403"))
    house.take()
    house.work()
    assert house.ping.not_before is None
    assert house.ping.trouble == Trouble(failure=Failure.UNREADABLE, why="it answers 403")
    assert house.comment.text == "I disagree."


def test_a_page_that_kills_us_is_not_tried_for_ever(house):
    """Each try is written down before it is made."""

    class Death(BaseException):
        """The end of the process."""

    def die(*_):
        raise Death

    house.take()
    for pause in (*PAUSES, PAUSES[-1]):
        with pytest.raises(Death):
            replace(house.verifier, fetcher=type("Web", (), {"read": die})()).step(house.config)
        house.clock.move(pause)
    house.work()
    assert house.web.looked == []
    assert house.ping.not_before is None


def test_no_page_is_looked_at_all_the_time(house):
    """However often a site pings, its page is asked for once in a while."""
    house.take()
    house.work()
    house.take()
    assert not house.work()
    house.clock.move(AGAIN)
    assert house.work()


def test_pings_before_the_first_look_are_one(house):
    """Whoever pings twice in a row is looked at as soon as who pings once."""
    house.take()
    house.clock.move(timedelta(seconds=1))
    assert house.take() is not None
    assert house.work()
    assert not house.work()


def test_a_ping_during_a_look_is_not_lost(house):
    """A page that changed while it was being read is read again."""

    def read(*_):
        house.clock.move(timedelta(seconds=5))
        house.take()
        return SAID

    house.take()
    replace(house.verifier, fetcher=type("Web", (), {"read": read})()).step(house.config)
    assert house.ping.not_before is not None
    house.clock.move(AGAIN)
    house.finds(replace(SAID, text="Newer."))
    house.work()
    assert house.comment.text == "Newer."


def test_a_tip_has_room_for_so_many(house):
    """A site that makes pages without end cannot fill the bot's memory."""
    for number in range(MOST_RESPONSES):
        house.database.pages.write(
            Comment(id=f"{number}", tip=TIP, name="", text="", at=NINE, owner="", source="s")
        )
    house.take()
    house.work()
    assert house.comment is None
    assert house.ping.trouble.failure is Failure.FULL
    assert house.database.pages.standing(TIP) == 0


def test_what_was_switched_off_is_not_looked_at(house):
    """Pings that wait while the operator turns responses off are dropped."""
    house.take(protocol=Protocol.PINGBACK)
    off = Account(name="site", kind="site", options={"responses": "webmention"})
    house.config = replace(house.config, accounts=(off,))
    house.work()
    assert (house.web.looked, house.ping) == ([], None)


def test_settled_pings_are_forgotten(house):
    """Whose page was looked at, and when, is not kept for good."""
    house.finds(GONE)
    house.take()
    house.work()
    house.verifier.tidy()
    assert house.ping is not None
    house.clock.move(REMEMBERED + timedelta(minutes=1))
    house.verifier.tidy()
    assert house.ping is None


def test_without_a_site_nothing_is_taken():
    """A bot that keeps no site has nothing to link to."""
    from bot.core.discussion.webmention import takes

    none: Config = replace(config(), accounts=())
    assert not takes(none, Protocol.WEBMENTION)

"""Mastodon through Mastodon.py, against a real server on loopback: posting, looking, taking back."""

import logging
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

import pytest
import requests

from bot.core.errors import (
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    SecretError,
    Unauthorised,
)
from bot.core.model.capabilities import Idempotency
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.ports.platform import Favouriter, Listener, PostRemover, Publisher
from bot.platforms.mastodon.http.errors import server_time
from bot.platforms.mastodon.http.http_session import HttpSession, RequestProgress
from tests.clock import MONDAY
from tests.platforms.mastodon.samples import MINE, STATUSES, TEXT, adapter, delivery, post
from tests.servers.proxy import Fate, proxy


def test_it_is_all_that_its_traits_promise(bot):
    """An adapter has the doors that its abilities name."""
    assert isinstance(bot, Publisher)
    assert isinstance(bot, Listener)
    assert isinstance(bot, PostRemover)
    assert isinstance(bot, Favouriter)


def test_a_post_arrives_as_it_was_frozen(bot, line, server):
    """Text, visibility, language, parent and key reach the server exactly as they were planned."""
    parent = server.say("alice", "@tips why?")
    receipt = bot.publish(post(visibility="unlisted", language="en", in_reply_to=parent))
    form = parse_qs(line.seen[-1].body.decode())
    assert form["status"] == [TEXT]
    assert (form["visibility"], form["language"]) == (["unlisted"], ["en"])
    assert line.seen[-1].headers["idempotency-key"] == "bot/slot/masto"
    assert line.seen[-1].headers["user-agent"] == "tipsbot"
    assert server.read(receipt.remote_id)["in_reply_to_id"] == parent
    assert receipt.url.endswith(receipt.remote_id)


@pytest.mark.parametrize("warning", ["spoilers", "", "Ärger & <b>"])
def test_a_warning_arrives(bot, server, warning):
    """A content warning stands before the text on the server, and only where there is one."""
    receipt = bot.publish(post(warning=warning))
    assert server.read(receipt.remote_id)["spoiler_text"] == warning


def test_a_key_that_no_header_can_hold_is_written_so_that_one_can(bot, line):
    """A schedule may have any name: its key still goes out, and the post with it."""
    bot.publish(post(key=" früh/09:00/✓"))
    assert line.seen[-1].headers["idempotency-key"] == "%20fr%C3%BCh/09:00/%E2%9C%93"


@pytest.mark.parametrize("fate", [Fate.LOSE, Fate.CUT, Fate.GARBLE], ids=str)
def test_a_lost_answer_is_an_unknown_outcome_and_the_look_finds_the_post(bot, line, clock, fate):
    """When the post is there and its answer is not, nothing is guessed and the look finds it."""
    line.then(fate)
    with pytest.raises(OutcomeUnknown):
        bot.publish(post())
    assert isinstance(bot.find(delivery(clock)), Found)


def test_after_a_lost_answer_the_same_key_makes_no_second_post(bot, line, server):
    """Repeating the identical request on a server that knows keys gives back the first post."""
    line.then(Fate.LOSE)
    with pytest.raises(OutcomeUnknown):
        bot.publish(post())
    receipt = bot.publish(post())
    assert [status["id"] for status in server.posts()] == [receipt.remote_id]


def test_a_reset_line_is_an_unknown_outcome(bot, line, clock):
    """A line that breaks before the server heard us looks like any other that breaks."""
    line.then(Fate.RESET)
    with pytest.raises(OutcomeUnknown):
        bot.publish(post())
    assert isinstance(bot.find(delivery(clock)), Absent)


def test_a_refused_connection_proves_that_nothing_was_sent(bot, line):
    """What never left may be tried again as if it had never been tried."""
    line.refuse()
    with pytest.raises(RetryLater, match="cannot be reached: no connection"):
        bot.publish(post())
    line.accept()
    assert bot.publish(post()).remote_id


def test_a_name_that_does_not_exist_proves_that_nothing_was_sent(clock):
    """A failed look-up of the server's name comes before any request."""
    with pytest.raises(RetryLater, match="its name is not found"):
        adapter("http://mastodon.invalid", "secret", clock).publish(post())


def test_a_proxy_that_is_down_proves_that_nothing_was_sent(bot, monkeypatch, line, server):
    """Where the way out is closed, nothing went out."""
    with proxy(server.url) as closed:
        closed.refuse()
        monkeypatch.setenv("http_proxy", closed.url)
        monkeypatch.setenv("no_proxy", "")
        with pytest.raises(RetryLater, match="no connection"):
            bot.publish(post())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
def test_a_false_certificate_proves_that_nothing_was_sent(clock, tmp_path):
    """A server that cannot prove its name is told nothing."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    subprocess.run(
        [*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_greet, args=(listener, context))
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(RetryLater, match="certificate is not valid"):
            adapter(url, "secret", clock).publish(post())
        thread.join()


def _greet(listener, context):
    """Shake one hand over TLS, or fail to."""
    line, _ = listener.accept()
    with line, suppress(ssl.SSLError, OSError), context.wrap_socket(line, server_side=True):
        pass


def test_an_older_refusal_proves_nothing_about_a_later_loss(bot, line):
    """A publish made while an earlier failure is being handled is judged by itself."""
    line.refuse()
    try:
        bot.publish(post())
    except RetryLater:
        line.accept()
        line.then(Fate.LOSE)
        with pytest.raises(OutcomeUnknown):
            bot.publish(post())


ANSWERS = [
    (400, Refused),
    (401, Unauthorised),
    (403, Refused),
    (404, Refused),
    (408, OutcomeUnknown),
    (418, OutcomeUnknown),
    (422, Refused),
    (429, RetryLater),
    (500, OutcomeUnknown),
    (502, OutcomeUnknown),
    (503, OutcomeUnknown),
    (504, OutcomeUnknown),
    (599, OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "kind"), ANSWERS)
def test_each_answer_to_a_post_is_what_it_proves(bot, server, status, kind):
    """Only an answer that proves that nothing was posted says so; every other is unknown."""
    server.answer(STATUSES, status)
    with pytest.raises(kind) as caught:
        bot.publish(post())
    assert type(caught.value) is kind
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 418])
def test_an_unclear_answer_to_a_question_is_no_unknown_outcome(bot, server, status):
    """A question that failed can simply be asked again."""
    server.answer("/api/v1/notifications", status)
    with pytest.raises(RetryLater):
        bot.poll(None)


BODIES = [[], {}, {"error": "odd"}, {"id": ""}, {"id": "7"}, "posted", {"id": "7", "content": None}]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_a_success_that_holds_no_status_is_an_unknown_outcome(bot, server, body):
    """A 200 is believed only with a status in it."""
    server.answer(STATUSES, 200, body)
    with pytest.raises(OutcomeUnknown):
        bot.publish(post())


def test_odd_headers_never_turn_a_finished_post_into_a_failure(bot, server):
    """What the client library would stumble over in a header does not touch a post that is made."""
    odd = {"X-RateLimit-Reset": "soon", "X-RateLimit-Remaining": "?", "Deprecation": "yes"}
    body = {"id": "7", "content": "<p>x</p>", "created_at": "2026-03-01T09:00:00.000Z"}
    server.answer(STATUSES, 200, body, headers=odd | {"Link": "<>; nonsense"})
    assert bot.publish(post()).at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def http_date(moment):
    """A moment as HTTP writes it."""
    return format_datetime(moment, usegmt=True)


def iso(moment):
    """A moment as Mastodon writes it."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


WAITS = [
    (lambda now: {"Retry-After": "42"}, timedelta(seconds=42)),
    (lambda now: {"X-RateLimit-Reset": iso(now + timedelta(minutes=2))}, timedelta(minutes=2)),
    (lambda now: {"X-RateLimit-Reset": str(int(now.timestamp()) + 90)}, timedelta(seconds=90)),
    (lambda now: {"X-RateLimit-Reset": iso(now + timedelta(days=2))}, timedelta(hours=1)),
    (lambda now: {"X-RateLimit-Reset": iso(now - timedelta(hours=1))}, timedelta(minutes=5)),
    (lambda now: {"Retry-After": http_date(now + timedelta(minutes=3))}, timedelta(minutes=3)),
    (lambda now: {"Retry-After": str(int(now.timestamp()) + 90)}, timedelta(seconds=90)),
    (lambda now: {"Retry-After": iso(now + timedelta(minutes=2))}, timedelta(minutes=2)),
    (lambda now: {"Retry-After": "41.5"}, timedelta(seconds=41.5)),
    (lambda now: {"Retry-After": "0", "X-RateLimit-Reset": "60"}, timedelta(minutes=1)),
    (lambda now: {"Retry-After": "soon", "X-RateLimit-Reset": "60"}, timedelta(minutes=1)),
    (lambda now: {"X-RateLimit-Reset": f"{now.timestamp() + 90:.3f}"}, timedelta(seconds=90)),
    (
        lambda now: {"X-RateLimit-Reset": f"{now.timestamp() * 1e3 + 9e4:.0f}"},
        timedelta(seconds=90),
    ),
    (
        lambda now: {"X-RateLimit-Reset": http_date(now + timedelta(minutes=3))},
        timedelta(minutes=3),
    ),
    (lambda now: {"RateLimit-Reset": "120"}, timedelta(minutes=2)),
    (lambda now: {"Retry-After": http_date(now - timedelta(days=9))}, timedelta(minutes=5)),
    (lambda now: {"Retry-After": "-7"}, timedelta(minutes=5)),
    (lambda now: {"Retry-After": "nan"}, timedelta(minutes=5)),
    (lambda now: {"X-RateLimit-Reset": "1e400"}, timedelta(minutes=5)),
    (lambda now: {"X-RateLimit-Reset": "Thu, 01 Jan 99999 00:00:00 GMT"}, timedelta(minutes=5)),
    (lambda now: {"X-RateLimit-Reset": "soon"}, timedelta(minutes=5)),
    (lambda now: {"X-RateLimit-Reset": "0"}, timedelta(minutes=5)),
    (lambda now: {"Retry-After": "99999999999"}, timedelta(minutes=5)),
    (lambda now: {}, timedelta(minutes=5)),
]


@pytest.mark.parametrize(("headers", "wait"), WAITS)
def test_too_many_requests_wait_as_long_as_the_server_says(bot, server, clock, headers, wait):
    """A 429 is put off to the server's own time, by the server's own clock, within reason."""
    clock.advance(hours=7)
    server.answer(STATUSES, 429, headers=headers(datetime.now(UTC)))
    with pytest.raises(RetryLater) as caught:
        bot.publish(post())
    assert abs(caught.value.after - wait) < timedelta(seconds=3)


@pytest.mark.parametrize("date", ["", "soon", "Mon, 99 Foo 2026 25:00:00 GMT"])
def test_a_server_without_a_readable_clock_says_no_time(date):
    """A date that makes no sense is none, so that waits are reckoned by our own clock."""
    with HttpSession() as session:
        session.headers_seen = {"date": date}
        assert server_time(session) is None
        session.headers_seen = {"date": "Mon, 02 Mar 2026 09:00:00 GMT"}
        assert server_time(session) == MONDAY


def test_our_own_posts_that_cannot_be_read_are_asked_for_again(bot, server, clock):
    """A list of our posts that makes no sense is no list: nothing is concluded from it."""
    server.answer(MINE, 200, [{"id": "1"}])
    with pytest.raises(RetryLater, match="cannot be read"):
        bot.list_own_posts(clock.now())


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_post_that_is_sent_elsewhere_is_not_followed(bot, line, server, status):
    """A redirect never turns a post into something else; it says where the server is now."""
    server.answer(STATUSES, status, {}, headers={"Location": f"{server.url}{STATUSES}"})
    with pytest.raises(RetryLater, match="new address"):
        bot.publish(post())
    assert len(line.seen) == 1


def test_a_see_other_after_a_post_is_an_unknown_outcome(bot, server):
    """A server that posts and then shows the way to the post has not said that it did nothing."""
    server.answer(STATUSES, 303, {}, headers={"Location": "/somewhere"})
    with pytest.raises(OutcomeUnknown):
        bot.publish(post())


def test_a_token_is_never_carried_to_another_server(bot, line, server):
    """A question that is sent on to another server goes unasked there."""
    with proxy(server.url) as other:
        elsewhere = {"Location": f"{other.url}/api/v1/accounts/verify_credentials"}
        server.answer("/api/v1/accounts/verify_credentials", 302, {}, headers=elsewhere)
        with pytest.raises(RetryLater, match="sends us to"):
            bot.learn()
        assert other.seen == []


def test_a_question_is_followed_within_its_server(bot, line, server):
    """A server that only tidies up the address of a question gets it answered."""
    tidy = {"Location": "/api/v2/instance"}
    server.answer("/api/v2/instance/", 301, {}, headers=tidy)
    assert bot.learn().idempotency is Idempotency.KEY
    assert [seen.path for seen in line.seen][:2] == ["/api/v2/instance/", "/api/v2/instance"]


def test_a_bad_token_shows_at_once(line, clock):
    """Learning proves the token, and says which variable holds it and what it has to allow."""
    with pytest.raises(Unauthorised, match=r"TIPSBOT_MASTO_ACCESS_TOKEN") as caught:
        adapter(line.url, "wrong-token", clock).learn()
    assert "write:statuses" in str(caught.value)


def test_a_favourite_arrives(bot, server):
    """What somebody said is favoured by the bot; to do it again changes nothing."""
    said = server.say("alice", "@tips I like it")
    for _ in range(2):
        bot.favourite(said)
    status = server.read(said)
    assert (status["favourited"], status["favourites_count"]) == (True, 1)


def test_what_is_gone_is_not_favoured(bot, server):
    """A status that was deleted meanwhile is refused, and that is no trouble of the account."""
    said = server.say("alice", "@tips I regret this")
    server.delete("alice", said)
    with pytest.raises(Refused):
        bot.favourite(said)


def test_a_favourite_needs_its_scope(bot, server):
    """A token that may not favour is told so, with the scope that it lacks."""
    said = server.say("alice", "@tips I like it")
    path = f"/api/v1/statuses/{said}/favourite"
    server.answer(path, 403, {"error": "This action is outside the authorized scopes"})
    with pytest.raises(Unauthorised, match="write:favourites"):
        bot.favourite(said)


def test_a_lost_favourite_may_be_repeated(bot, line, server):
    """To repeat a favourite does no harm, so a lost answer is no unknown outcome."""
    said = server.say("alice", "@tips I like it")
    server.answer(f"/api/v1/statuses/{said}/favourite", 503)
    with pytest.raises(RetryLater):
        bot.favourite(said)


def test_a_missing_scope_is_the_tokens_fault(bot, server):
    """A token that may not post is not the post's fault: the account waits for a better one."""
    server.answer(STATUSES, 403, {"error": "This action is outside the authorized scopes"})
    with pytest.raises(Unauthorised, match="outside the authorized scopes"):
        bot.publish(post())


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "tökén"])
def test_what_cannot_be_a_token_is_refused_unsent(line, clock, token):
    """A token that was pasted wrong is found when the bot starts, and is not shown."""
    with pytest.raises(SecretError, match="TIPSBOT_MASTO_ACCESS_TOKEN") as caught:
        adapter(line.url, token, clock)
    assert not token or token not in str(caught.value)


def test_the_token_and_foreign_words_stay_out_of_errors_and_logs(bot, server, line, caplog):
    """Errors are one short clean line, whatever a server writes, and no sink holds the token."""
    caplog.set_level(logging.DEBUG)
    told = f"no\n\x1b[31m\u202e {server.token} " + "x" * 500
    said = []
    for status in (401, 403, 422, 500):
        server.answer(STATUSES, status, {"error": told})
        with pytest.raises(PlatformError) as caught:
            bot.publish(post())
        said.append(str(caught.value))
    line.then(Fate.GARBLE)
    with pytest.raises(PlatformError) as caught:
        bot.publish(post())
    said.append(str(caught.value))
    assert all(one.isprintable() and len(one) < 400 for one in said)
    assert server.token not in "".join(said) + caplog.text


@pytest.mark.parametrize("status", [404, 410])
def test_a_server_without_the_api_is_told_apart(bot, server, status):
    """An address that is no Mastodon server's says so before anything is posted."""
    server.answer("/api/*", status, times=9)
    with pytest.raises(Refused, match=r"tips\.yaml"):
        bot.learn()


def test_a_page_instead_of_an_api_is_told_apart(bot, line):
    """A web page where the API should be is one clear line."""
    line.then(Fate.GARBLE, Fate.GARBLE)
    with pytest.raises(RetryLater, match="answers 200"):
        bot.learn()


def test_a_post_is_found_by_what_it_says(bot, server, clock):
    """Another text, another parent, or another account's post is not ours."""
    parent = server.say("alice", "@tips why?")
    server.say("tips", TEXT, to=parent)
    server.say("tips", TEXT + " again")
    server.say("alice", TEXT)
    assert isinstance(bot.find(delivery(clock)), Absent)
    found = bot.find(delivery(clock, post(in_reply_to=parent)))
    assert isinstance(found, Found)
    assert server.read(found.receipt.remote_id)["in_reply_to_id"] == parent


def test_an_older_identical_post_does_not_pass(bot, clock):
    """The same words from before the sending are another post."""
    bot.publish(post())
    late = delivery(clock, sent_at=clock.now() + timedelta(hours=2))
    assert isinstance(bot.find(late), Absent)


def test_of_two_identical_posts_the_one_nearer_to_the_sending_is_found(bot, server, clock):
    """A later post of the same words, of another delivery, is not mistaken for this one."""
    first = server.say("tips", TEXT)
    server.say("tips", TEXT)
    found = bot.find(delivery(clock))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == first


def test_a_post_of_another_delivery_is_passed_over(bot, server, clock):
    """Of identical posts the earliest that nobody else has is found, and none where all are taken."""
    first, second = server.say("tips", TEXT), server.say("tips", TEXT)
    found = bot.find(delivery(clock), {first})
    assert isinstance(found, Found)
    assert found.receipt.remote_id == second
    assert isinstance(bot.find(delivery(clock), {first, second}), Absent)


ULID = "01J9Z3TN2QW7Y8K5VXR4MHB6CD"
FLAKE = "AbcdEfghIjklMnopQr"


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/@tips/1234", "1234"),
        ("/@tips/1234/embed", "1234"),
        ("/@tips@town.example/1234?x=1#y", "1234"),
        ("/users/tips/statuses/1234/activity", "1234"),
        ("/ap/users/77/statuses/1234", "1234"),
        ("/deck/@tips/1234", "1234"),
        ("/web/statuses/1234", "1234"),
        (f"/@tips/statuses/{ULID}", ULID),
        (f"/users/tips/statuses/{ULID}", ULID),
        (f"/notice/{FLAKE}", FLAKE),
        (f"/@tips/posts/{FLAKE}", FLAKE),
        ("/@tips", None),
        ("/@tips/", None),
        ("/@tips/followers", None),
        ("/@tips/with_replies", None),
        ("/@tips/tagged/2024", None),
        ("/@tips/1234/embed/5", None),
        ("/objects/0f8fad5b-d9cb-469f-a165-70867728950e", None),
        ("/1234", None),
        ("", None),
    ],
)
def test_an_address_names_a_status_of_this_server(path, named, clock):
    """Each family's addresses name the status, and those of people and lists name none."""
    bot = adapter("https://town.example:3000", "token", clock)
    assert bot.remote_id(f"https://Town.example:3000{path}") == named
    assert bot.remote_id(f"https://other.example{path}") is None
    assert bot.remote_id(f"https://town.example:3000@other.example{path}") is None


@pytest.mark.parametrize("bare", ["1234", ULID, FLAKE])
def test_an_id_names_a_status(bare, clock):
    """Whoever has the id need not look for an address."""
    assert adapter("https://town.example", "token", clock).remote_id(bare) == bare


def test_a_server_whose_clock_is_behind_hides_no_post(bot, clock):
    """Absence is judged by the server's clock, not by ours."""
    clock.advance(hours=3)
    bot.publish(post())
    assert isinstance(bot.find(delivery(clock)), Found)


def test_a_look_pages_back_to_the_sending(bot, server, clock):
    """A post below many newer ones is found, and an absence is told only after all of them."""
    first = server.say("tips", TEXT)
    for number in range(45):
        server.say("tips", f"another {number}")
    found = bot.find(delivery(clock))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == first
    assert isinstance(bot.find(delivery(clock, post("never said"))), Absent)


def test_a_look_that_never_reaches_the_sending_cannot_tell(bot, server, clock):
    """An account with endless newer posts gives no proof of absence."""
    made = datetime.now(UTC).isoformat()
    page = [{"id": str(number), "content": "<p>x</p>", "created_at": made} for number in range(40)]
    server.answer(MINE, 200, page, times=20)
    assert isinstance(bot.find(delivery(clock)), CannotTell)


@pytest.mark.parametrize("body", [{}, {"error": "odd"}, "none", None], ids=str)
def test_an_answer_that_is_no_list_is_no_absence(bot, server, clock, body):
    """Only a list without the post in it proves that the post is absent."""
    server.answer(MINE, 200, body)
    with pytest.raises(RetryLater):
        bot.find(delivery(clock))


@pytest.mark.parametrize("status", [None, {}, {"id": "7"}, {"id": "7", "content": "<p>x</p>"}])
def test_a_list_that_cannot_be_read_is_no_absence(bot, server, clock, status):
    """A status that says neither its id nor its time could be the one that is looked for."""
    server.answer(MINE, 200, [status])
    assert isinstance(bot.find(delivery(clock)), CannotTell)


def test_a_look_that_fails_is_no_absence(bot, line, clock):
    """A network that cannot be asked has not said that the post is absent."""
    bot.learn()
    line.then(Fate.LOSE)
    with pytest.raises(RetryLater):
        bot.find(delivery(clock))


def test_what_a_server_does_to_a_text_does_not_hide_it(bot, server, clock):
    """Shortened links, marked-up tags and mentions without their host still say the same."""
    frozen = post("@ann@far.example see https://tips.example/a?b=1&c=2 #vision\n\nyes")
    content = (
        '<p><span class="h-card"><a href="https://far.example/@ann" class="u-url mention">@<span>'
        'ann</span></a></span> see <a href="https://tips.example/a?b=1&amp;c=2"><span class='
        '"invisible">https://</span><span class="ellipsis">tips.example/a</span><span class='
        '"invisible">?b=1&amp;c=2</span></a> <a href="https://m.example/tags/vision" class="mention'
        ' hashtag" rel="tag">#<span>vision</span></a></p><p>yes</p>'
    )
    status = {"id": "7", "content": content, "created_at": datetime.now(UTC).isoformat()}
    server.answer(MINE, 200, [status])
    assert isinstance(bot.find(delivery(clock, frozen)), Found)


def test_a_post_is_taken_back_once_and_again(bot, server):
    """Taking back deletes the post, and one that is gone already is fine."""
    receipt = bot.publish(post())
    bot.retract(receipt.remote_id)
    assert server.read(receipt.remote_id) is None
    bot.retract(receipt.remote_id)


def test_what_is_not_ours_is_not_taken_back(bot, server):
    """A server that refuses a deletion is heard."""
    theirs = server.say("alice", "mine")
    with pytest.raises(Refused):
        bot.retract(theirs)


def test_a_silent_server_is_given_up(line):
    """No call waits longer than its patience, and what may have arrived is not called unsent."""
    line.then(Fate.DELAY)
    with HttpSession(patience=0.3) as session, pytest.raises(requests.RequestException):
        session.request("POST", f"{line.url}{STATUSES}")
    assert session.progress is RequestProgress.SENT


def test_a_dripping_server_is_given_up(line):
    """An answer that comes a byte at a time does not hold a call beyond its patience."""
    line.then(Fate.DRIP)
    with HttpSession(patience=0.5) as session, pytest.raises(requests.RequestException):
        session.request("GET", f"{line.url}/api/v2/instance")
    assert session.progress is RequestProgress.ANSWERED


def test_an_endless_answer_is_not_swallowed(bot, server):
    """An answer of many megabytes is dropped, not held in memory."""
    server.answer("/api/v1/notifications", 200, ["x" * 9_000_000])
    with pytest.raises(RetryLater):
        bot.poll(None)


def test_posting_does_not_need_learning_first(bot, clock):
    """A bot that was just started posts and looks before it has asked for any rule."""
    receipt = bot.publish(post())
    found = bot.find(delivery(clock, replace(post(), key="other")))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id

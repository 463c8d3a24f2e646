"""Visitors who write wait for each other in their order, and nobody who reads waits for them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from threading import Semaphore, Thread
from typing import Any
from xmlrpc.client import Fault, dumps, loads

import httpx
import pytest

from bot.app.site.webmention import WebmentionVerifier
from bot.core.model.site_page import Comment
from bot.outbound.pages.page_reader import PageReader
from bot.outbound.pages.ssrf_safe_fetch import PageFetcher
from bot.store import tables
from bot.store.database import FILE
from bot.web.forms.moderation_link import link
from bot.web.security.session import COOKIE, Signer
from bot.web.webmention.xmlrpc import Code
from tests.servers.elsewhere import Manner, elsewhere
from tests.site import KEY, NINE, TIP, RunningSite, running_site
from tests.web.forms.test_comment_form import logged, written
from tests.whole.operator import PATIENCE

WRITERS = 60
TARGET = f"https://tips.example/tips/{TIP}"
READ = ("/", f"/tips/{TIP}", "/feed.atom", "/replies.json", "/search?q=tip", "/privacy", "/metrics")


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip, behind a proxy that says who asks."""
    with running_site(tmp_path, trusted_proxies=("127.0.0.1",)) as running:
        running.publish()
        yield running


@contextmanager
def locked(data) -> Iterator[sqlite3.Connection]:
    """Another program holds the write lock."""
    with closing(sqlite3.connect(data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


@dataclass(frozen=True)
class Crowd:
    """Visitors who each send something; `sent` counts the requests that left whole."""

    site: RunningSite
    threads: ThreadPoolExecutor
    sent: Semaphore

    def post(self, number: int, path: str, data: object, **headers: str) -> Future[httpx.Response]:
        """Send a form, or a body, from a network that nobody else has."""
        body = {"data": data} if isinstance(data, dict) else {"content": data}
        headers |= {"X-Forwarded-For": f"198.51.{number}.1"}
        return self.threads.submit(self._post, self.site.url + path, headers=headers, **body)

    def _post(self, url: str, **rest: Any) -> httpx.Response:
        with httpx.Client(timeout=2 * PATIENCE, verify=False) as client:
            return client.post(url, extensions={"trace": self._trace}, **rest)

    def await_sent(self, count: int) -> None:
        """Wait until so many requests left."""
        for _ in range(count):
            assert self.sent.acquire(timeout=PATIENCE)

    def _trace(self, event: str, _: object) -> None:
        if event == "http11.send_request_body.complete":
            self.sent.release()


@pytest.fixture
def crowd(site):
    """As many visitors as write."""
    with ThreadPoolExecutor(WRITERS) as threads:
        yield Crowd(site, threads, Semaphore(0))


def standing(site, *, held=False) -> list[str]:
    """The ids of comments that stand there, one for each writer."""
    ids = [f"c{number}" for number in range(WRITERS)]
    for name in ids:
        site.database.pages.write(
            Comment(id=name, tip=TIP, name="Ada", text=name, at=NINE, owner="ada", held=held)
        )
    site.poll()
    return ids


def reply(crowd: Crowd, number: int, text: str, **fields: str) -> Future[httpx.Response]:
    """Write a comment."""
    secret = f"{number:043}"
    form = {"name": "Ada", "text": text, "token": Signer(KEY).token(secret)} | fields
    return crowd.post(number, f"/tips/{TIP}", form, Cookie=f"{COOKIE}={secret}")


def comments(crowd):
    """Each writes a comment."""
    return [partial(reply, crowd, number, f"{number}") for number in range(WRITERS)]


def webmentions(crowd):
    """Each says that a page links to the tip."""
    return [
        partial(
            crowd.post,
            number,
            "/webmention",
            {"source": f"https://elsewhere.example/{number}", "target": TARGET},
        )
        for number in range(WRITERS)
    ]


def pingbacks(crowd):
    """Each says so in XML-RPC."""
    calls = [
        dumps((f"https://elsewhere.example/{number}", TARGET), "pingback.ping").encode()
        for number in range(WRITERS)
    ]
    return [partial(crowd.post, number, "/pingback", call) for number, call in enumerate(calls)]


def deletions(crowd):
    """Each deletes a comment by its link."""
    return [
        partial(
            crowd.post,
            number,
            f"/comments/{name}/delete",
            {"permit": Signer(KEY).delete_token(name)},
        )
        for number, name in enumerate(standing(crowd.site))
    ]


def decisions(crowd):
    """The operator decides on many comments."""
    names = standing(crowd.site, held=True)
    return [
        partial(crowd.post, number, link("", Signer(KEY), name, NINE), {"answer": "approve"})
        for number, name in enumerate(names)
    ]


KINDS = {
    comments: 303,
    webmentions: 202,
    pingbacks: 200,
    deletions: 303,
    decisions: 303,
}


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_who_reads_waits_for_who_writes(site, crowd, tmp_path, kind):
    """While sixty writes wait for the lock every page is answered; then each of them is done."""
    requests: list[Callable[[], Future[httpx.Response]]] = kind(crowd)
    with locked(tmp_path), httpx.Client(base_url=site.url, timeout=PATIENCE) as reader:
        answers = [request() for request in requests]
        crowd.await_sent(WRITERS)
        pages = [reader.get(path).status_code for path in (*READ, "/healthz")]
        assert not any(answer.done() for answer in answers)
    assert pages == [200] * len(pages)
    assert {answer.result().status_code for answer in answers} == {KINDS[kind]}


def test_every_comment_that_waited_is_kept(site, crowd, tmp_path):
    """Of sixty comments that had to wait each is there once, on the site and in the log."""
    with locked(tmp_path):
        answers = [request() for request in comments(crowd)]
        crowd.await_sent(WRITERS)
    assert {answer.result().status_code for answer in answers} == {303}
    texts = sorted(str(number) for number in range(WRITERS))
    assert sorted(one.text for one in written(site)) == texts
    assert sorted(one.text for one in logged(site)) == texts


def test_a_refusal_does_not_wait(site, crowd, tmp_path):
    """What cannot be taken is answered while others wait to write, since nothing is written."""
    with locked(tmp_path):
        answers = [request() for request in comments(crowd)[1:]]
        crowd.await_sent(WRITERS - 1)
        assert reply(crowd, 0, "").result(PATIENCE).status_code == 422
        assert reply(crowd, 0, "x", token="forged").result(PATIENCE).status_code == 403
        assert not any(answer.done() for answer in answers)


def test_what_changed_meanwhile_counts(site, crowd, tmp_path):
    """An answer to a comment that is deleted while the answer waits is handed back with its words."""
    standing(site)
    with locked(tmp_path) as other:
        first = reply(crowd, 0, "Before.")
        await_that(lambda: len(site.database.write_queue))
        late = reply(crowd, 1, "Too late.", in_reply_to="c1")
        crowd.await_sent(2)
        assert httpx.get(site.url).status_code == 200
        other.execute(f"UPDATE {tables.comments.name} SET deleted_at = at WHERE id = 'c1'")
        other.execute("COMMIT")
    assert first.result().status_code == 303
    assert late.result().status_code == 422
    assert "Too late." in late.result().text


def test_a_pingback_that_cannot_be_kept_has_its_fault(site):
    """Where the database cannot be written a pingback is told so in its own protocol."""
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {tables.pings.name}")
    call = dumps(("https://elsewhere.example/", TARGET), "pingback.ping")
    answer = httpx.post(f"{site.url}/pingback", content=call.encode())
    with pytest.raises(Fault) as fault:
        loads(answer.content)
    assert fault.value.faultCode == Code.UPSTREAM


@pytest.mark.parametrize("manner", [Manner.DRIP, Manner.DRIP_HEAD])
def test_a_slow_page_elsewhere_stops_nobody(site, manner):
    """While the bot reads a page that never ends, comments are kept and pages are answered."""
    with elsewhere() as other, ThreadPoolExecutor(1) as threads:
        crowd = Crowd(site, threads, Semaphore(0))
        source = other.put("/slow", "a", manner=manner)
        form = {"source": source, "target": TARGET}
        assert crowd.post(1, "/webmention", form).result().status_code == 202
        here = (ip_network("127.0.0.1/32"),)
        fetcher = PageFetcher(agent="tests", allowed=here, ports=(other.port,))
        verifier = WebmentionVerifier(
            pings=site.database.pings,
            pages=site.database.pages,
            fetcher=PageReader(fetcher=fetcher),
            clock=site.clock,
            heard=site.poll,
        )
        reading = Thread(target=verifier.step, args=(site.config,))
        reading.start()
        await_that(lambda: other.seen)
        assert reply(crowd, 2, "Meanwhile.").result().status_code == 303
        assert {httpx.get(site.url + path).status_code for path in (*READ, "/healthz")} == {200}
        assert reading.is_alive()
        other.over.set()
        reading.join(PATIENCE)


def await_that(condition: Callable[[], object]) -> None:
    """Wait until it is so."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)

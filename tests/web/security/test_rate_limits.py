"""Rate limits: the same ones in the memory of one process and in a database that many share."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from bot.store import open_store
from bot.web.security.clients import CommentLimits, RateLimiter, in_memory
from bot.web.security.session import Signer
from tests.databases import POSTGRESQL
from tests.site import KEY, NINE

PER = timedelta(minutes=10)


@pytest.fixture
def engine(postgres_url):
    """The connections of a new database."""
    with closing(open_store(Path(), "ada", postgres_url)) as opened:
        yield opened.engine


@pytest.fixture(params=["memory", POSTGRESQL])
def limiter(request):
    """Make a limit that is kept in one of both places."""
    if request.param == "memory":
        return in_memory
    from bot.store.postgres.rate_limits import shared_limits

    return shared_limits(request.getfixturevalue("engine"), "ada").limiter


def test_a_burst_is_granted_and_refills(limiter):
    """A burst is granted at once, and then one after each part of the period."""
    limit = limiter("x", 2, timedelta(minutes=2))
    assert [limit.take("a", NINE) for _ in range(3)] == [None, None, timedelta(minutes=1)]
    assert limit.take("a", NINE + timedelta(seconds=30)) == timedelta(seconds=30)
    assert limit.take("a", NINE + timedelta(seconds=60)) is None
    assert limit.take("b", NINE) is None


def test_a_clock_that_goes_back(limiter):
    """A clock that is set back neither refills a bucket nor makes anybody wait for longer."""
    limit = limiter("x", 1, timedelta(minutes=1))
    limit.take("a", NINE)
    assert limit.take("a", NINE - timedelta(hours=1)) == timedelta(minutes=1)


@pytest.mark.parametrize("seed", range(5))
def test_both_places_give_the_same_answers(engine, seed):
    """At whatever moments whoever writes, the database decides as the memory does."""
    from bot.store.postgres.rate_limits import shared_limits

    chance, now = Random(seed), NINE
    shared = CommentLimits(3, 8, 1, 12, limiter=shared_limits(engine, "ada").limiter)
    own = CommentLimits(3, 8, 1, 12)
    for _ in range(150):
        now += timedelta(seconds=chance.choice([0, 0, 0, 1, 7, 60, 200]))
        address = f"203.0.{chance.randrange(6)}.{chance.randrange(3)}"
        assert shared.take(address, now) == own.take(address, now)


def test_processes_share_what_is_left(engine):
    """What one process granted, another one does not grant again; another bot's site does."""
    from bot.store.postgres.rate_limits import shared_limits

    first, second = (shared_limits(engine, "ada").limiter("comment", 6, PER) for _ in range(2))
    granted = [limit.take("a", NINE) is None for limit in (first, second) * 4]
    assert granted == [True] * 6 + [False] * 2
    assert shared_limits(engine, "bob").limiter("comment", 6, PER).take("a", NINE) is None
    assert shared_limits(engine, "ada").limiter("webmention", 6, PER).take("a", NINE) is None


def test_no_address_is_stored(engine):
    """The database holds keyed hashes of addresses and networks, and no address."""
    from bot.store.postgres.rate_limits import shared_limits
    from bot.store.postgres.tables import comment_limits

    signer = Signer(KEY)
    limits = CommentLimits(limiter=shared_limits(engine, "ada").limiter, pseudonym=signer.client)
    for address in ("203.0.113.7", "2001:db8:7:9::/64", "not an address"):
        assert limits.take(address, NINE) is None
    with engine.connect() as connection:
        buckets = connection.scalars(select(comment_limits.c.bucket)).all()
    assert f"comment:each:{signer.client('203.0.113.7')}" in buckets
    assert len(buckets) == 8
    assert not [
        one
        for one in buckets
        for part in ("203", "2001", "address")
        if part in one.split(":")[-1][:4]
    ]


def test_rows_that_limit_nothing_are_deleted(engine):
    """When a bucket is full again its row goes, whichever bot it is of, and no other."""
    from bot.store.postgres.rate_limits import delete_unused_limits, shared_limits

    for bot in ("ada", "bob"):
        shared_limits(engine, bot).limiter("comment", 6, PER).take("a", NINE)
    shared_limits(engine, "ada").limiter("comment", 2, PER).take("b", NINE)
    assert delete_unused_limits(engine, NINE + PER / 6) == 2
    assert delete_unused_limits(engine, NINE + PER / 6) == 0
    assert delete_unused_limits(engine, NINE + PER) == 1


def test_a_limit_in_memory_does_not_grow():
    """However many keys come, a process remembers no more than a bound, and none for long."""
    limit = RateLimiter(burst=1, per=timedelta(minutes=1), keys_max=10)
    for number in range(1000):
        limit.take(str(number), NINE)
    assert list(limit._full_at) == [str(number) for number in range(990, 1000)]
    limit.take("x", NINE + timedelta(minutes=1))
    assert list(limit._full_at) == ["x"]

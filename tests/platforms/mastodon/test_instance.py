"""What is learned of a server from its instance document, over real HTTP."""

import subprocess
import sys
from datetime import timedelta

import pytest

from bot.core.errors import Refused
from bot.core.model.capabilities import Idempotency
from bot.platforms.mastodon import KIND
from tests.platforms.mastodon.samples import GOTOSOCIAL_SOURCE, instance

HOUR = timedelta(hours=1)
NEVER = timedelta(0)

VERSIONS = [
    ("4.6.0", None, "Mastodon", HOUR),
    ("4.3.0-beta.1+glitch", None, "Mastodon", HOUR),
    ("4.2.10+hometown-1.1.1", None, "Mastodon", HOUR),
    ("2.7.2 (compatible; Pleroma 2.9.1)", None, "Pleroma", 6 * HOUR),
    ("2.7.2 (compatible; Akkoma 3.15.2-0-gabc)", None, "Akkoma", 6 * HOUR),
    ("0.19.1+git-20c1cd8", GOTOSOCIAL_SOURCE, "GoToSocial", NEVER),
    ("0.17.0", None, "Mastodon-like server", NEVER),
    ("4.2.1 (compatible; Sharkey 2025.4.2)", None, "Sharkey", NEVER),
    ("2.8.0 (compatible; Friendica 2024.12)", None, "Friendica", NEVER),
    ("takahe/0.11.0", None, "Mastodon-like server", NEVER),
]


@pytest.mark.parametrize(("version", "source", "network", "memory"), VERSIONS)
def test_only_a_server_known_to_keep_keys_is_trusted_with_one(
    bot, server, version, source, network, memory
):
    """Who is not known to remember a key is taken to post again."""
    server.answer("/api/v2/instance/", 200, instance(version, source))
    traits = bot.learn()
    assert (traits.network, traits.key_memory) == (network, memory)
    assert traits.idempotency is (Idempotency.KEY if memory else Idempotency.NONE)


def test_the_limit_is_the_instances_own(bot, server):
    """A server's own length and cost of a link are what is counted."""
    rules = instance(max_characters=11_000, characters_reserved_per_url=30)
    server.answer("/api/v2/instance/", 200, rules)
    text = bot.learn().text
    assert (text.limit, text.link_cost) == (11_000, 30)


def test_where_links_count_in_full_they_are_counted_in_full(bot, server):
    """What GoToSocial advertises for a link is not what it counts."""
    server.answer("/api/v2/instance/", 200, instance("0.19.1", GOTOSOCIAL_SOURCE))
    assert bot.learn().text.link_cost is None


@pytest.mark.parametrize("limit", [0, -1, "many", None, [500]])
def test_a_nonsensical_limit_is_not_believed(bot, server, limit):
    """A limit that is none leaves the usual one."""
    server.answer("/api/v2/instance/", 200, instance(max_characters=limit))
    assert bot.learn().text.limit == 500


def test_an_old_server_is_asked_in_the_old_way(bot, server):
    """A server without the newer document is learned from the older one."""
    server.answer("/api/v2/instance/", 404)
    old = {"uri": "pleroma.example", "version": "2.7.2 (compatible; Pleroma 2.2.0)"}
    server.answer("/api/v1/instance/", 200, old | {"max_toot_chars": 5000})
    traits = bot.learn()
    assert (traits.network, traits.text.limit) == ("Pleroma", 5000)


@pytest.mark.parametrize("document", [{}, [], "hello", {"version": None}, {"title": "a shop"}])
def test_an_answer_that_describes_no_server_is_told(bot, server, document):
    """Something else under that address is one clear line that names the setting."""
    server.answer("/api/v2/instance/", 200, document)
    server.answer("/api/v1/instance/", 200, document)
    with pytest.raises(Refused, match=r"platforms\.masto\.server"):
        bot.learn()


def test_quotes_are_asked_for_only_where_they_are_known(bot, server):
    """A type of notification that a server does not know could make it refuse the question."""
    server.answer("/api/v2/instance/", 200, instance() | {"api_versions": {"mastodon": 6}})
    bot.learn()
    quoting = {"id": "1", "type": "quote", "created_at": "2026-03-01T09:00:00Z", "status": None}
    server.answer("/api/v1/notifications", 200, [quoting])
    assert bot.poll(None).entries == ()


def test_before_it_was_asked_no_server_is_trusted():
    """Until it is learned, a server may be one that forgets keys."""
    assert KIND.traits.idempotency is Idempotency.NONE


def test_describing_the_kind_is_cheap():
    """Reading tips.yaml needs the kind, not the client library."""
    code = "import sys, bot.platforms.mastodon; print('mastodon' in sys.modules, 'requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]

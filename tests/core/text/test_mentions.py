"""An `@` in a tip calls nobody, and a mention is one of a whole handle."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.mentions import BREAK, mentions, unmentioned

CASES = yaml.safe_load((Path(__file__).parents[2] / "data" / "mentions.yaml").read_text("utf-8"))

PIECES = ["@", "＠", "a", "Z", "7", "_", ".", "-", " ", "RT", "rt", "é", "聞", "!", "=", "(", "\n"]

ON_X = regex.compile(
    r"(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.\-])[rR][tT]:?)[@＠][a-zA-Z0-9_]{1,20}"
)
"""What calls somebody on X: twitter-text 3.1.0, validMentionOrList."""

ON_MASTODON = regex.compile(r"(?<![=/\w])@[a-z0-9_]+", regex.IGNORECASE)
"""What calls somebody on Mastodon: Account::MENTION_RE."""


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_cases(case):
    """Names are broken where they would call somebody, and addresses stay whole."""
    text, safe = (case[name].replace("·", BREAK) for name in ("text", "safe"))
    assert unmentioned(text) == safe


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_nobody_is_called(text):
    """Whatever stands around an `@`, nobody is called on X or Mastodon, and no word is changed."""
    safe = unmentioned(text)
    assert not ON_X.search(safe)
    assert not ON_MASTODON.search(safe)
    assert safe.replace(BREAK, "") == text
    assert unmentioned(safe) == safe


JO = "@jo@social.net"
MENTIONED = [
    ("@jo@social.net yes", True),
    ("yes, @jo@social.net.", True),
    ("(@jo@social.net)", True),
    ("@Jo@Social.NET yes", True),
    ("@ann@a.example, @jo@social.net: yes", True),
    ("—@jo@social.net", True),
    ("@jo@social.net\nyes", True),
    ("ask @jo@social.network", False),
    ("ask @jo@social.net.example", False),
    ("ask @jo@social.net-work.example", False),
    ("ask @jo_@social.net", False),
    ("ask @ajo@social.net", False),
    ("ask @a.jo@social.net", False),
    ("ask @jo", False),
    ("ask jo@social.net", False),
    ("write to jo+@jo@social.net.example", False),
    ("mail@jo@social.net", False),
    ("see https://far.example/@jo@social.net", False),
    ("see https://far.example/a?b=c&d=@jo@social.net", False),
    ("＠jo@social.net", False),
    ("@jo@ social.net", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "is_mentioned"), MENTIONED)
def test_who_is_mentioned(text, is_mentioned):
    """A person is mentioned by their whole handle, in any case, and by nothing that only begins so."""
    assert mentions(text, JO) is is_mentioned
    assert mentions(text, JO.removeprefix("@")) is is_mentioned


@pytest.mark.parametrize(("text", "is_mentioned"), [("@ada yes", True), ("@adam yes", False)])
def test_a_handle_without_a_server(text, is_mentioned):
    """Where handles have no server, the same holds for the name alone."""
    assert mentions(text, "@ada") is is_mentioned

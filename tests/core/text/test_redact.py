"""Secrets are blanked in every spelling, and nothing else is."""

from __future__ import annotations

import json

import pytest

from bot.core.text.redact import BLANK, Redactor
from tests.spellings import SPELLINGS

SECRET = "Qx7_planted-T0ken/With+Signs~0002=="
OTHER = "hunter2"


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    "around", ["{}", "no: Bearer {} is wrong", "a\n{}\n", '{{"detail": "{}"}}']
)
def test_every_spelling(spelling, around):
    """However it is spelled, it is not in what is left, and neither is the way it was spelled."""
    spelled = SPELLINGS[spelling](SECRET)
    left = Redactor([OTHER, SECRET]).text(around.format(spelled))
    assert BLANK in left
    assert spelled not in left
    assert "planted" not in left.lower()


@pytest.mark.parametrize("spelling", ["as it is", "lower case", "JSON", "percent", "HTML decimal"])
def test_the_rest_is_kept(spelling):
    """Of the usual spellings the words around them are kept."""
    said = f"Bearer {SPELLINGS[spelling](SECRET)} is wrong & <b>old</b>, 100%"
    assert Redactor([SECRET]).text(said) == f"Bearer {BLANK} is wrong & <b>old</b>, 100%"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "100 % of \\u0041ll &amp; <b>words</b> are kept: \\n %41 %zz &#x41; &nothing;",
        "Qx7_planted-T0ken/With",
        "a planted token with signs",
        "\\u{110000} \\uffffff \\x",
        "x" * 100_000,
    ],
)
def test_what_is_no_secret_is_kept(text):
    """A text without the secret stays as it is, whatever is encoded in it."""
    assert Redactor([SECRET, OTHER]).text(text) == text


def test_short_secrets_are_blanked_as_they_are():
    """A short secret is blanked where it stands exactly; a shorter one would blank words."""
    blanker = Redactor([OTHER, "abc", ""])
    assert blanker.text("abc hunter2 Hunter 2 xhunter2x") == f"abc {BLANK} Hunter 2 x{BLANK}x"
    assert blanker.text("h%75nter2") == BLANK


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_bodies(spelling, encoding):
    """In a JSON body every text and name is blanked, and all else stays."""
    spelled = SPELLINGS[spelling](SECRET)
    document = {"id": 2**70, "a": [None, {"b": f"x {spelled}"}], spelled: True, "c": "kept"}
    body = Redactor([SECRET]).body(json.dumps(document).encode(encoding))
    left = json.loads(body)
    assert (left["id"], left["c"], left["a"][0]) == (2**70, "kept", None)
    assert BLANK in left["a"][1]["b"]
    assert spelled not in body.decode()
    assert "planted" not in body.decode().lower()


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff\xfe", b"", b"<html>", b'{"a":', b"NaN"])
def test_bodies_that_are_no_json(body):
    """A body without a secret stays as it is; one that is no JSON is blanked as text."""
    blanker = Redactor([SECRET])
    assert blanker.body(body) == body
    assert blanker.body(body + SECRET.encode()).endswith(BLANK.encode())

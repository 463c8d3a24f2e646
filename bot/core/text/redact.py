"""Secrets blanked in foreign text, in whatever spelling a server sends them back."""

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import unquote

BLANK = "[secret]"
"""What stands in a secret's place."""

SHORTEST = 4
"""Characters; a shorter secret would blank words that are none."""

_DISTINCT = 8
"""So many letters and digits cannot come together by chance, whatever stands between them."""

_DECODED = 4
"""How often a text is decoded at most: whoever encodes it more often hides it well enough."""

_ESCAPE = re.compile(
    r"\\(?:u\{0*([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([abfnrtv/\\]))", re.IGNORECASE
)
_TAG = re.compile("<[^<>]{0,200}>")
_BETWEEN = re.compile(r"[\W_]+")
_GAP = r"(?:[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]|\\{1,4}[nrt])*"


class Redactor:
    """Blanks these secrets.

    Found are those written as they are, in another case, with blanks between their signs, escaped
    for JSON, addresses or HTML, in base64 or hexadecimal, and several of these at once.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SHORTEST}, key=len)[::-1]
        self._long = [one for one in self._secrets if len(_squeezed(one)) >= _DISTINCT]
        self._short = [one for one in self._secrets if one not in self._long]
        self._needles = {needle for one in self._long for needle in _needles(one)}

    def text(self, text: str) -> str:
        """The text without any secret; nothing of it where one cannot be cut out."""
        if not self._is_in(text):
            return text
        cut = self._pattern.sub(BLANK, text)
        return BLANK if self._is_in(cut.replace(BLANK, "")) else cut

    def value(self, value: Any) -> Any:
        """A JSON document with every text in it blanked, names of fields included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(name): self.value(one) for name, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list | tuple) else value

    def body(self, body: bytes) -> bytes:
        """An answer's body; decoded only where something is to be blanked."""
        for encoding in ("utf-8", json.detect_encoding(body)):
            told = body.decode(encoding, "replace")
            if self._is_in(told):
                return self._blanked(body, told)
        return body

    def _blanked(self, body: bytes, told: str) -> bytes:
        """The body as JSON, or else what it tells as text."""
        try:
            return json.dumps(self.value(json.loads(body))).encode()
        except (ValueError, RecursionError):
            return self.text(told).encode()

    def _is_in(self, text: str) -> bool:
        for form in _forms(text):
            if any(one in form for one in self._short):
                return True
            squeezed = _squeezed(form)
            if any(needle in squeezed for needle in self._needles):
                return True
        return False

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The usual spellings, which can be cut out of a sentence."""
        exact = [re.escape(one) for one in self._short]
        spelled = [_GAP.join(map(_spelled, one)) for one in self._long]
        coded = [f"{re.escape(code)}[=]*" for one in self._long for code in _codes(one)]
        return re.compile("|".join([*exact, *(f"(?i:{one})" for one in (*spelled, *coded))]))


def _forms(text: str) -> Iterator[str]:
    """The text, and what it says when it is decoded, and decoded again."""
    for _ in range(_DECODED):
        yield text
        decoded = _decoded(text)
        if decoded == text:
            return
        text = decoded
    yield text


def _decoded(text: str) -> str:
    if "\\" in text:
        text = _ESCAPE.sub(_escaped, text)
    if "%" in text:
        text = unquote(text)
    if "&" in text:
        text = html.unescape(text)
    return _TAG.sub("", text) if "<" in text else text


def _escaped(found: re.Match[str]) -> str:
    if found[4]:
        return found[4] if found[4] in "/\\" else " "
    number = int(found[1] or found[2] or found[3], 16)
    return chr(number) if number < 0x110000 else " "


def _squeezed(text: str) -> str:
    """Letters and digits alone, in one case and one form."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _BETWEEN.sub("", text).casefold()


def _needles(secret: str) -> Iterator[str]:
    """What a squeezed text holds if the secret is in it."""
    yield _squeezed(secret)
    yield from (_squeezed(code) for code in _codes(secret))


def _codes(secret: str) -> Iterator[str]:
    """The secret in hexadecimal, and in base64 wherever it may stand in what was encoded."""
    raw = secret.encode()
    yield raw.hex()
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + raw).decode()[skipped:whole]


def _spelled(sign: str) -> str:
    """A sign as it is, or escaped for JSON, an address or HTML."""
    code, octets = ord(sign), "".join(f"%(?:25){{0,3}}{octet:02x}" for octet in sign.encode())
    escapes = rf"\\{{1,4}}(?:u{code:04x}|u\{{0{{0,5}}{code:x}\}}|x{code:02x})|{octets}"
    return rf"(?:\\{{0,4}}{re.escape(sign)}|{escapes}|&#0{{0,8}}{code};?|&#x0{{0,8}}{code:x};?)"

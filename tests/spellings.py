"""How a server that repeats what it was sent may spell it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote


def _base64(text: str, before: str = "", after: str = "") -> str:
    return base64.b64encode(f"{before}{text}{after}".encode()).decode()


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "lower case": str.lower,
    "upper case": str.upper,
    "JSON": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "JSON in JSON": lambda text: json.dumps("".join(f"\\u{ord(sign):04X}" for sign in text))[1:-1],
    "JSON slash": lambda text: text.replace("/", "\\/"),
    "JavaScript": lambda text: "".join(f"\\x{ord(sign):02x}" for sign in text),
    "percent": lambda text: "".join(f"%{ord(sign):02x}" for sign in text),
    "percent where it must": lambda text: quote(text, safe=""),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "HTML decimal": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "HTML hexadecimal": lambda text: "".join(f"&#X{ord(sign):04X};" for sign in text),
    "HTML in JSON": lambda text: "".join(f"\\u0026#{ord(sign)};" for sign in text),
    "HTML names": lambda text: html.escape(text).replace("/", "&sol;").replace("_", "&lowbar;"),
    "base64": _base64,
    "base64 of more": lambda text: _base64(text, "user:", "\n"),
    "base64 of still more": lambda text: _base64(text, "Bearer ", " x"),
    "base64 of one more": lambda text: _base64(text, "x"),
    "base64 without end": lambda text: _base64(text).rstrip("="),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 in percent": lambda text: quote(_base64(text, "ab"), safe=""),
    "hexadecimal": lambda text: text.encode().hex(),
    "upper-case hexadecimal": lambda text: text.encode().hex().upper(),
    "hexadecimal with colons": lambda text: text.encode().hex(":"),
    "blanks": " ".join,
    "lines": "\n".join,
    "line ends in JSON": "\\n".join,
    "in two lines": lambda text: f"{text[:12]}\r\n  {text[12:]}",
    "soft hyphens": "\u00ad".join,
    "zero-width": "\u200b".join,
    "tags": lambda text: "".join(f"<b>{sign}</b>" for sign in text),
    "wide": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
}
"""Each spelling by its name."""

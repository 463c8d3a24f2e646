"""Pingback 1.0 in XML-RPC: what is asked, what is answered, and the numbers of its faults."""

from __future__ import annotations

from enum import IntEnum
from typing import Any
from xmlrpc.client import Fault as XmlFault
from xmlrpc.client import Unmarshaller, dumps

from defusedxml.xmlrpc import DefusedExpatParser

from bot.app.site.webmention import BadSource, BadTarget, Refusal

BODY_MAX = 16 * 1024
"""Bytes: two long addresses, with room for what is written around them."""

METHOD = "pingback.ping"


class Code(IntEnum):
    """What went wrong: Pingback 1.0, section 3, and for XML-RPC itself the interoperable codes."""

    UNKNOWN = 0
    NO_SOURCE = 0x0010
    """the source does not exist"""
    NO_LINK = 0x0011
    """the source does not link to the target"""
    NO_TARGET = 0x0020
    """the target does not exist"""
    BAD_TARGET = 0x0021
    """the target cannot be used"""
    KNOWN = 0x0030
    """it was told before"""
    DENIED = 0x0031
    UPSTREAM = 0x0032
    """something behind us does not work"""
    NOT_XML = -32700
    NO_METHOD = -32601
    BAD_PARAMETERS = -32602


class Fault(Exception):
    """An answer that says no."""

    def __init__(self, code: Code, why: str) -> None:
        self.code = code
        self.why = why
        super().__init__(why)


def read(body: bytes) -> tuple[str, str]:
    """Source and target of a call. Raises Fault for what is no such call."""
    method, parameters = _call(body)
    if method != METHOD:
        raise Fault(Code.NO_METHOD, f"The only method here is {METHOD}.")
    match parameters:
        case (str(source), str(target)):
            return source, target
    raise Fault(Code.BAD_PARAMETERS, "The parameters are two addresses: source and target.")


def _call(body: bytes) -> tuple[str | None, tuple[Any, ...]]:
    """Method and parameters of a call in XML-RPC, without any entity or document type."""
    unmarshaller = Unmarshaller()
    try:
        parser = DefusedExpatParser(unmarshaller, forbid_dtd=True)
        parser.feed(body)
        parser.close()
        return unmarshaller.getmethodname(), unmarshaller.close()
    except Exception as error:  # the library raises whatever its data trips over
        raise Fault(Code.NOT_XML, "That is no call in XML-RPC.") from error


def code_of(refusal: Refusal) -> Code:
    """The fault's number for a ping that is not taken."""
    if isinstance(refusal, BadTarget):
        return Code.NO_TARGET if refusal.is_missing else Code.BAD_TARGET
    return Code.NO_SOURCE if isinstance(refusal, BadSource) else Code.DENIED


KNOWN = "This link was told before; its page is looked at again. That is all that is told of it."
"""Whatever came of it: what the bot can reach, and which names it knows, is nobody's business."""


def thanks(words: str) -> bytes:
    """An answer that says yes."""
    return dumps((words,), methodresponse=True).encode()


def fault(given: Fault) -> bytes:
    """An answer that says no."""
    return dumps(XmlFault(int(given.code), given.why), methodresponse=True).encode()

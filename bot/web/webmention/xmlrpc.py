"""Pingback 1.0 in XML-RPC: calls, answers, and the codes of faults."""

from enum import IntEnum
from typing import Any
from xmlrpc.client import Fault as XmlFault
from xmlrpc.client import Unmarshaller, dumps

from bot.app.site.webmention import BadSource, BadTarget, Refusal

BODY_MAX = 16 * 1024
"""Bytes: two long addresses, and the XML around them."""

METHOD = "pingback.ping"


class Code(IntEnum):
    """Fault codes of Pingback 1.0, section 3, and the interoperable ones of XML-RPC itself."""

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
    """the link is known already"""
    DENIED = 0x0031
    UPSTREAM = 0x0032
    """the database does not work"""
    NOT_XML = -32700
    NO_METHOD = -32601
    BAD_PARAMETERS = -32602


class Fault(Exception):
    """A refused call."""

    def __init__(self, code: Code, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


def read(body: bytes) -> tuple[str, str]:
    """Source and target of a call. Raises Fault for any other call."""
    method, parameters = _call(body)
    if method != METHOD:
        raise Fault(Code.NO_METHOD, f"The only method is {METHOD}.")
    match parameters:
        case (str(source), str(target)):
            return source, target
    raise Fault(Code.BAD_PARAMETERS, "The two parameters are addresses: source and target.")


def _call(body: bytes) -> tuple[str | None, tuple[Any, ...]]:
    """Method and parameters of a call in XML-RPC, without any entity or document type."""
    from defusedxml.xmlrpc import DefusedExpatParser  # noqa: PLC0415 - it brings servers, and few call

    unmarshaller = Unmarshaller()
    try:
        parser = DefusedExpatParser(unmarshaller, forbid_dtd=True)
        parser.feed(body)
        parser.close()
        return unmarshaller.getmethodname(), unmarshaller.close()
    except Exception as error:  # the library lets errors of any type escape
        raise Fault(Code.NOT_XML, "This is not an XML-RPC call.") from error


def code_of(refusal: Refusal) -> Code:
    """The fault code for a refused pingback."""
    if isinstance(refusal, BadTarget):
        return Code.NO_TARGET if refusal.is_missing else Code.BAD_TARGET
    return Code.NO_SOURCE if isinstance(refusal, BadSource) else Code.DENIED


def success(text: str) -> bytes:
    """An answer to an accepted call."""
    return dumps((text,), methodresponse=True).encode()


def failure(fault: Fault) -> bytes:
    """An answer to a refused call."""
    return dumps(XmlFault(int(fault.code), fault.reason), methodresponse=True).encode()

"""Errors in XRPC's form (https://atproto.com/specs/xrpc)."""


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, name: str, message: str = "", **headers: str) -> None:
        self.status = status
        self.document = {"error": name, "message": message or name}
        self.headers = {key.replace("_", "-"): value for key, value in headers.items()}
        super().__init__(f"{status} {name} {message}")


def invalid(message: str) -> Refusal:
    """The refusal of a request that is not in the form of its lexicon."""
    return Refusal(400, "InvalidRequest", message)

"""How X says no: problem documents (RFC 7807), and partial errors inside a success."""

from typing import Any

PROBLEMS = "https://api.twitter.com/2/problems"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "CreditsDepleted",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Problem(Exception):
    """An answer that is not a success; `why` is for the test's log, X does not send it."""

    def __init__(self, status: int, body: dict[str, Any], why: str = "") -> None:
        super().__init__(why or str(body.get("detail", "")))
        self.status = status
        self.body = body


def plain(status: int, detail: str | None = None, why: str = "") -> Problem:
    """The short form: a title, a detail and the status."""
    title = TITLES[status]
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail or title}
    return Problem(status, body, why)


def invalid(message: str, parameters: dict[str, list[str]]) -> Problem:
    """The 400 for parameters and bodies, naming the parameter and what is wrong with it."""
    body = {
        "errors": [{"parameters": parameters, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
    return Problem(400, body, message)


def credits_depleted(account_id: str) -> Problem:
    """The 402 of an account that has no money left."""
    detail = (
        f"Your enrolled account [{account_id}] does not have any credits to fulfill this request."
    )
    body = {
        "account_id": int(account_id),
        "title": TITLES[402],
        "detail": detail,
        "type": f"{PROBLEMS}/credits",
    }
    return Problem(402, body, detail)


def not_authorized(kind: str, parameter: str, value: str) -> dict[str, str]:
    """A partial error: this one resource is not for whoever asks, the rest of the answer is good."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/not-authorized-for-resource",
    }


def not_found(kind: str, parameter: str, value: str) -> dict[str, str]:
    """A partial error: this one resource is not there, the rest of the answer is good."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/resource-not-found",
    }

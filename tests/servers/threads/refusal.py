"""Errors in the Graph API's form.

https://developers.facebook.com/docs/graph-api/guides/error-handling
"""


class Refusal(Exception):
    """An error with its code; the status is what the Graph API gives with it."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 400,
        subcode: int | None = None,
        user_message: str = "",
    ) -> None:
        self.status = status
        error: dict[str, object] = {
            "message": message,
            "type": "OAuthException",
            "code": code,
            "fbtrace_id": "AbCdEfGhIjK",
        }
        if subcode is not None:
            error["error_subcode"] = subcode
        if user_message:
            error |= {"error_user_title": "Error", "error_user_msg": user_message}
        self.document = {"error": error}
        super().__init__(message)


def invalid(message: str) -> Refusal:
    """A parameter that is wrong."""
    return Refusal(100, f"Invalid parameter: {message}")


def no_object(name: str) -> Refusal:
    """Something that does not exist, or may not be seen: the Graph API does not tell which."""
    return Refusal(
        100,
        f"Unsupported get request. Object with ID '{name}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation",
        subcode=33,
    )


def not_permitted(permission: str) -> Refusal:
    """A permission that is missing."""
    return Refusal(
        10,
        f"Application does not have permission for this action: {permission}",
        status=403,
    )

"""The language model that the environment names, if any."""

from collections.abc import Mapping

from pydantic_core import PydanticCustomError

from bot.bootstrap.settings.secrets import add_secrets, secret
from bot.core.errors import UsageError
from bot.core.text.web_addresses import is_loopback
from bot.outbound.language_model import Model
from bot.tips_file.values import parse_scalars

URL, NAME, KEY = "TIPSBOT_MODEL_URL", "TIPSBOT_MODEL", "TIPSBOT_MODEL_KEY"


def model(variables: Mapping[str, str]) -> Model | None:
    """The model to ask for proposals; None where no address is set.

    Raises UsageError and SecretError for unusable settings.
    """
    if not variables.get(URL):
        return None
    if not (name := variables.get(NAME)):
        raise UsageError(f"{URL} is set and {NAME} is not", "set it to the name of a model there")
    url, key = _address(variables[URL]), secret(KEY, variables)
    if key is not None:
        add_secrets([key])
        _check(url, key)
    return Model(url=url, name=name, key=key)


def _address(text: str) -> str:
    try:
        return parse_scalars.base(text)
    except PydanticCustomError as wrong:
        found = wrong.context or {}
        raise UsageError(f"{URL}: {found['what']}", str(found["todo"])) from None


def _check(url: str, key: str) -> None:
    """Refuse a key that cannot be sent, or that would be sent unencrypted."""
    if not key.isascii():
        raise UsageError(f"{KEY} has characters that no key has", "copy it again")
    if url.lower().startswith("http://") and not is_loopback(url):
        raise UsageError(f"{KEY} would travel to {url} unencrypted", "write https://")

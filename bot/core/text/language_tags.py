"""Language tags, as in BCP 47."""

import re

_LONGEST = 100
"""Characters; the longest that anybody registered has 35."""

_TAG = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?"
    r"(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(?:-[A-Za-z0-9](?:-[A-Za-z0-9]{2,8})+)*"
)


def is_language_tag(text: str) -> bool:
    """Whether the text has the form of a language tag, such as en, pt-BR or zh-Hant-TW."""
    return len(text) <= _LONGEST and _TAG.fullmatch(text) is not None

"""Text in which there is nothing to be seen, whatever characters it is made of."""

import regex

_SEEN = regex.compile(
    r"[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}"
    "\u2800"  # Braille pattern blank
    "\ufffc"  # object replacement
    "\U00013441\U00013442"  # Egyptian hieroglyph full and half blank
    "\U0001d159"  # musical symbol null notehead
    "]]",
    regex.VERSION1,
)
"""Letters, numbers, punctuation and symbols, without those that are drawn as nothing.

Marks alone, spaces, controls, formats, tags and variation selectors are no such thing; of private
and unassigned characters nobody knows what they look like.
"""


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of the text."""
    return _SEEN.search(text) is None

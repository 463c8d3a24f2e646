"""A short text that stands for many lines."""

import hashlib
from collections.abc import Iterable


def fingerprint_of(lines: Iterable[str]) -> str:
    """A text that is the same as long as the same lines are there, in whatever order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode(errors="replace")).hexdigest()

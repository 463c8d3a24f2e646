"""Facts that others decide (Unicode, the root of the DNS), kept as text that anyone can read.

A table is words under `[section]` headings; a line that starts with `#` is a comment and says
where the words come from. Each table is read from the package once, when it is first needed.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def table(name: str) -> Mapping[str, tuple[str, ...]]:
    """The words of the table `name`, by section."""
    sections: dict[str, list[str]] = {}
    words: list[str] = []
    for line in files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words += line.split()
    return {section: tuple(words) for section, words in sections.items()}

"""Lines no wider than a terminal, whatever script or sign they are made of."""

from __future__ import annotations

from collections.abc import Iterator


def wrapped(line: str, width: int) -> list[str]:
    """The line in pieces of at most `width` cells, parted at blanks where there are any."""
    from rich.cells import cell_len

    if cell_len(line) <= width:
        return [line]
    pieces, piece, room = [], "", width
    for word in _words(line, width):
        cells = cell_len(word)
        if piece and cells > room:
            pieces.append(piece)
            piece, room = "", width
        blank = " " if piece else ""
        piece, room = f"{piece}{blank}{word}", room - cells - 1
    return [*pieces, piece]


def _words(line: str, width: int) -> Iterator[str]:
    """The words, those that are too wide in parts."""
    from rich.cells import cell_len, chop_cells

    for word in line.split(" "):
        yield from [word] if cell_len(word) <= width else chop_cells(word, width)

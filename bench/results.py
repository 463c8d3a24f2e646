"""The results of a run: a Markdown table for people, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from bench.figure import Figure, shown

HEAD = ("figure", "measured", "instead", "target", "met")


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """The figures of a run by benchmark, and how each was measured."""

    at: datetime
    quick: bool
    machine: Mapping[str, Any]
    how: Mapping[str, str]
    figures: Mapping[str, Sequence[Figure]]

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._record(), indent=2) + "\n", encoding="utf-8")

    def text(self) -> str:
        """The table, the machine, and the methods."""
        machine = self.machine
        place = (
            f"{self.at:%Y-%m-%d}, {machine['cores']} cores of {machine['processor']}, "
            f"{machine['memory_gb']} GB, {machine['system']}, {machine['python']}, "
            f"load {machine['load']} at the beginning"
        )
        rows = [_row(figure) for figure in chain.from_iterable(self.figures.values())]
        if self.quick:
            place += ". A quick run: smaller amounts than those of the targets"
        how = [f"- `{name}`: {' '.join(self.how[name].split())}" for name in self.figures]
        return "\n".join([*_table([HEAD, *rows]), "", f"{place}.", "", *how])

    def _record(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "quick": self.quick,
            "machine": self.machine,
            "benchmarks": [
                {
                    "name": name,
                    "how": " ".join(self.how[name].split()),
                    "figures": [{**asdict(figure), "met": figure.is_met} for figure in figures],
                }
                for name, figures in self.figures.items()
            ],
        }


def _row(figure: Figure) -> tuple[str, ...]:
    instead = figure.instead
    return (
        figure.name,
        f"{shown(figure.value)} {figure.unit}",
        f"{shown(instead.value)} {figure.unit} ({instead.what})" if instead else "",
        str(figure.target) if figure.target else "",
        {True: "yes", False: "NO", None: ""}[figure.is_met],
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as a Markdown table with aligned columns; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(map(str.ljust, row, widths)) + " |"
        for row in (rows[0], ["-" * width for width in widths], *rows[1:])
    ]
    return [line.rstrip() for line in lines]

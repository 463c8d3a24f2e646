"""The quality of summaries: compared with people's and with simpler methods, and as sentences.

The data are a file of JSON lines, each with `title`, `body` and, where people wrote summaries,
`refs`. It is not part of this project: name it with `--data` or TIPSBOT_SUMMARIES.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import rouge
from bench.complete import complete
from bot.core.model.config import Tip
from bot.core.summary import Choice, best
from bot.core.summary.prose import sentences
from bot.core.text.counting.measure import weighted_length
from bot.core.text.markup.markdown import on_one_line

ROOM = 116
"""Characters beside a link in a post of 140."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A text with its title and people's summaries."""

    tip: Tip
    references: tuple[str, ...]
    half: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The figures of one method."""

    way: str
    plain: rouge.Scores
    stems: rouge.Scores
    whole: float
    milliseconds: float


def main() -> int:
    """Measure, and print a table or, with --read, summaries to read; 2 without data."""
    asked = _arguments()
    path = asked.data or os.environ.get("TIPSBOT_SUMMARIES")
    if not path or not Path(path).is_file():
        print("bench.summaries: no data. Name a file of JSON lines by --data or TIPSBOT_SUMMARIES.")
        return 2
    items = _read(Path(path))
    if asked.read:
        _show(items, asked.read, asked.seed)
        return 0
    lines = measured(items)
    _print(lines, items, as_json=asked.json)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.summaries", description=__doc__)
    parser.add_argument("--data", help="a file of JSON lines")
    parser.add_argument("--read", type=int, metavar="N", help="show N shortened summaries instead")
    parser.add_argument("--seed", type=int, default=1, help="which N")
    parser.add_argument("--json", action="store_true", help="as JSON")
    return parser.parse_args()


def _read(path: Path) -> list[Item]:
    return [_item(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line]


def _item(row: dict[str, object]) -> Item:
    name = str(row.get("id", row["title"]))
    references = row.get("refs") or ()
    return Item(
        tip=Tip(id=name, title=str(row["title"]), text=str(row["body"])),
        references=tuple(map(str, references)) if isinstance(references, list) else (),
        half=hashlib.sha256(name.encode()).digest()[0] % 2,
    )


def fits(text: str) -> bool:
    """Whether there is room for a text beside a link."""
    return weighted_length(text) <= ROOM


def ours(tip: Tip) -> str:
    """The bot's summary."""
    chosen = best(tip, fits).chosen
    return chosen.text if chosen else ""


def cut(text: str) -> str:
    """The text cut behind a word, with an ellipsis."""
    line = on_one_line(text)
    return line if len(line) <= ROOM else line[: ROOM - 1].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


def first(tip: Tip) -> str:
    """The first sentence."""
    return next(iter(sentences(tip.text, tip.language)), tip.title)


WAYS: tuple[tuple[str, Callable[[Tip], str]], ...] = (
    ("cut", lambda tip: cut(tip.text)),
    ("title", lambda tip: cut(tip.title)),
    ("first sentence, cut", lambda tip: cut(first(tip))),
    ("title: first sentence, cut", lambda tip: cut(f"{tip.title}: {first(tip)}")),
    ("tipsbot", ours),
)


def measured(items: Sequence[Item]) -> list[Line]:
    """Every method on all items, and the bot's on each half of them."""
    lines = [_measure(way, make, items) for way, make in WAYS]
    return [*lines, *(_measure(f"  half {half}", ours, _half(items, half)) for half in (0, 1))]


def _half(items: Sequence[Item], half: int) -> list[Item]:
    return [item for item in items if item.half == half]


def _measure(way: str, make: Callable[[Tip], str], items: Sequence[Item]) -> Line:
    before = time.process_time()
    texts = [make(item.tip) for item in items]
    elapsed = time.process_time() - before
    known = [(text, item) for text, item in zip(texts, items, strict=True) if item.references]
    return Line(
        way=way,
        plain=_mean(rouge.best(text, item.references) for text, item in known),
        stems=_mean(rouge.best(text, item.references, stems=True) for text, item in known),
        whole=100 * sum(map(complete, texts)) / len(texts),
        milliseconds=1000 * elapsed / len(texts),
    )


def _mean(scores: Iterable[rouge.Scores]) -> rouge.Scores:
    rows = list(scores)
    one, two, longest = (100 * sum(column) / len(rows) for column in zip(*rows, strict=True))
    return one, two, longest


def _print(lines: Sequence[Line], items: Sequence[Item], *, as_json: bool) -> None:
    if as_json:
        for line in lines:
            print(json.dumps({name: getattr(line, name) for name in line.__slots__}))
        return
    known = sum(bool(item.references) for item in items)
    print(f"{len(items)} texts, {known} of them with references; room for {ROOM}")
    print(f"{'':28} {'ROUGE-1/2/L, stems':>20} {'as they stand':>18} {'sentences':>9} {'ms':>6}")
    for line in lines:
        stems, plain = (" ".join(f"{x:5.1f}" for x in row) for row in (line.stems, line.plain))
        print(f"{line.way:28} {stems:>20} {plain:>18} {line.whole:7.1f} % {line.milliseconds:6.2f}")


def _show(items: Sequence[Item], count: int, seed: int) -> None:
    """Print some summaries that are not sentences of the text, for a person to judge."""
    changed = [(item, choice) for item in items if _is_changed(choice := best(item.tip, fits))]
    random.Random(seed).shuffle(changed)
    for number, (item, choice) in enumerate(changed[:count], 1):
        print(f"{number:3} {item.tip.title}\n      {choice.chosen and choice.chosen.text}")
        print(f"      [{choice.chosen and choice.chosen.how}]")


def _is_changed(choice: Choice) -> bool:
    return choice.chosen is not None and "without" in choice.chosen.how


if __name__ == "__main__":
    sys.exit(main())

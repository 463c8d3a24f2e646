"""Whether posts are worth posting, read by people who do not know which rules made them.

Posts of two checkouts, made of texts that no rule was tuned on, are mixed in a random order without
labels. Readers mark each against RUBRIC, which is fixed before any post is read. The texts
are JSON lines with `id`, `title`, `text` and `lang`; they are not part of this project.

- `posts TEXTS`: the bot's summary of each text, as JSON lines. Run it in each checkout.
- `sheet TEXTS OLD NEW --seed N`: what the readers get, and on standard error the key to it.
- `result KEY MARKS`: a table of the marks of each text.
- `table FILE`: the shares of each mark, and the paired difference with its interval.
- `rubric`: what readers mark by.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.summaries import fits
from bot.core.model.config import Tip
from bot.core.summary import best

RUBRIC = """
You edit an account that posts a tip a day, each post with a link to the whole tip. You see what a
program made of a tip. Read the post alone first, as a follower does, then the tip, and mark it:

good   You would post it as it is. A follower understands it by itself, it is true to the tip, it
       reads as finished language, and it says something of the tip: what to do, what is so, or why
       it matters. It need not say everything: the link does. A title that tells what to do, or
       makes a statement, is a good post by itself.
weak   Nothing in it is false, but you would rather write another: it only names a subject or
       announces something, says nothing that matters for the tip, leans on words that are not there
       ("This", "Then", "the second"), tells an anecdote without its lesson, puts sentences
       together that do not belong together, says the same twice, or is clumsy.
wrong  It says what the tip does not say or the contrary, leaves out a condition or a warning so
       that following it could do harm or would be wrong, or is a broken sentence, a cut list or
       unreadable.

A long title before a colon is no fault, nor is dry language. Judge what a follower would, not what
could be better: many posts of the same tip can be good.
"""

MARKS = ("good", "weak", "wrong")
ROUNDS = 10_000
"""Samples of texts that the intervals are taken from."""

Row = dict[str, str]


def posts(texts: Path) -> Iterator[Row]:
    """The bot's summary of each text, how it was made, and how sure the bot is of it."""
    for row in _rows(texts):
        tip = Tip(id=row["id"], title=row["title"], text=row["text"], language=row["lang"])
        chosen = best(tip, fits).chosen
        made = {"post": "", "how": "", "sure": "0"}
        if chosen:
            made = {"post": chosen.text, "how": chosen.how, "sure": str(chosen.sure)}
            made["doubts"] = "; ".join(chosen.doubts)
        yield {"id": row["id"], **made}


def sheet(texts: Path, made: Sequence[Path], seed: int) -> tuple[list[Row], list[Row]]:
    """What is read, in a random order, and the key: which posts of which text stand where."""
    sources = {row["id"]: row for row in _rows(texts)}
    key = [
        {**row, "side": side}
        for side, path in zip(("old", "new"), made, strict=True)
        for row in _rows(path)
    ]
    order = sorted({(row["id"], row["post"]) for row in key})
    random.Random(seed).shuffle(order)
    numbers = {pair: str(n) for n, pair in enumerate(order, 1)}
    read = [
        {
            "n": numbers[pair],
            "post": pair[1],
            "title": sources[pair[0]]["title"],
            "text": sources[pair[0]]["text"],
        }
        for pair in order
    ]
    return read, [{**row, "n": numbers[row["id"], row["post"]]} for row in key]


def table(key: Iterable[Row], marks: Iterable[Row]) -> list[Row]:
    """A line for each text: its marks, and how sure the bot was of the new post."""
    marked = {row["n"]: row["mark"] for row in marks}
    lines: dict[str, Row] = {}
    for row in key:
        line = lines.setdefault(row["id"], {"id": row["id"]})
        line[row["side"]] = marked[row["n"]]
        if row["side"] == "new":
            line |= {"sure": row["sure"], "flagged": "yes" if row.get("doubts") else "no"}
    return list(lines.values())


def result(lines: Sequence[Row], seed: int = 1) -> Iterator[str]:
    """The shares of each mark, the paired difference, and what the flag of a doubt is worth."""
    yield f"{len(lines)} texts"
    for side in ("old", "new"):
        shares = ", ".join(f"{mark} {_share(lines, side, mark):.1f} %" for mark in MARKS)
        yield f"{side}: {shares}"
    for mark in ("good", "wrong"):
        low, high = _interval(lines, mark, seed)
        more = _share(lines, "new", mark) - _share(lines, "old", mark)
        yield f"{mark}, new - old: {more:+.1f} points (95 %: {low:+.1f} to {high:+.1f})"
    flagged = [line for line in lines if line["flagged"] == "yes"]
    others = [line for line in lines if line["flagged"] == "no"]
    if flagged:
        yield f"flagged, not good: {100 - _share(flagged, 'new', 'good'):.1f} % of {len(flagged)}"
    if others:
        yield f"not flagged: good {_share(others, 'new', 'good'):.1f} % of {len(others)}"


def _share(lines: Sequence[Row], side: str, mark: str) -> float:
    return 100 * sum(line[side] == mark for line in lines) / len(lines)


def _interval(lines: Sequence[Row], mark: str, seed: int) -> tuple[float, float]:
    """Between which differences 95 % of samples of as many texts lie."""
    gains = [(line["new"] == mark) - (line["old"] == mark) for line in lines]
    draw = random.Random(seed)
    means = sorted(100 * sum(draw.choices(gains, k=len(gains))) / len(gains) for _ in range(ROUNDS))
    return means[ROUNDS // 40], means[-ROUNDS // 40]


def _rows(path: Path) -> list[Row]:
    lines = path.read_text("utf-8").splitlines()
    if path.suffix == ".csv":
        return list(csv.DictReader(lines))
    return [json.loads(line) for line in lines if line]


def _print(rows: Iterable[Mapping[str, str]], *, to: int = 1) -> None:
    stream = sys.stdout if to == 1 else sys.stderr
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), file=stream)


def main() -> int:
    """Do one of the steps."""
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=__doc__)
    parser.add_argument("step", choices=["posts", "sheet", "result", "table", "rubric"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    match asked.step:
        case "posts":
            _print(posts(*asked.files))
        case "sheet":
            read, key = sheet(asked.files[0], asked.files[1:], asked.seed)
            _print(read)
            _print(key, to=2)
        case "result":
            key, *marks = map(_rows, asked.files)
            lines = table(key, [row for one in marks for row in one])
            writer = csv.DictWriter(sys.stdout, ["id", "old", "new", "sure", "flagged"])
            writer.writeheader()
            writer.writerows(lines)
        case "table":
            print(*result(_rows(asked.files[0])), sep="\n")
        case _:
            print(RUBRIC.strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())

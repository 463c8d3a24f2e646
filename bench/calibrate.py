"""Fits the weights of the score to what people marked as good.

- `table TEXTS SHEET MARKS`: a line for each candidate that was read: its features, and 1 if it was
  good. A sheet has texts with the posts that were made of each; the marks have a mark for each.
- `fit TABLE`: the weights, and how well they tell good from bad on texts they were not fitted to.

The weights are a logistic regression with an L2 penalty, found by Newton's method. Texts are not
kept with the project; `bench/readings/calibration.csv` is the table that the weights come from.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.core.model.config import Tip
from bot.core.summary.candidates import candidates, source, title_alone
from bot.core.summary.features import Topic, features
from bot.core.summary.score import likely
from bot.core.summary.select import SURE

PENALTY = 2.0
"""How strongly weights are held near 0: a feature that few candidates have says little."""

FOLDS = 8
ROUNDS = 25

Row = dict[str, float]
"""The features of a candidate."""


def table(texts: Path, sheets: Sequence[Path], marks: Sequence[Path]) -> Iterator[dict[str, str]]:
    """The features of each candidate that was read, and whether it was good."""
    languages = {row["id"]: row["lang"] for row in _rows(texts)}
    marked = {row["n"]: row["mark"] for path in marks for row in _rows(path)}
    for row in (row for path in sheets for row in _rows(path)):
        tip = Tip(id=row["id"], title=row["title"], text=row["text"], language=languages[row["id"]])
        read = source(tip)
        topic = Topic(read)
        made = {one.text: one for one in (*candidates(read), title_alone(read))}
        for post in row["posts"]:
            if (one := made.get(post["post"])) is not None and not read.lacks(one):
                values = {name: f"{x:.3g}" for name, x in features(one, topic).items() if x}
                yield {"id": row["id"], "good": str(int(marked[post["n"]] == "good")), **values}


def fit(rows: Sequence[Row], good: Sequence[float]) -> Mapping[str, float]:
    """The weight of each feature."""
    names = sorted({name for row in rows for name in row})
    matrix = [[row.get(name, 0.0) for name in names] for row in rows]
    weights = [0.0] * len(names)
    for _ in range(ROUNDS):
        shares = [likely(_sum(weights, line)) for line in matrix]
        slopes = [
            math.fsum((g - s) * line[at] for g, s, line in zip(good, shares, matrix, strict=True))
            - PENALTY * weights[at] * (names[at] != "every")
            for at in range(len(names))
        ]
        bends = [share * (1 - share) for share in shares]
        curve = [
            [
                sum(b * line[at] * line[other] for b, line in zip(bends, matrix, strict=True))
                + (PENALTY if at == other else 0.0)
                for other in range(len(names))
            ]
            for at in range(len(names))
        ]
        weights = [w + step for w, step in zip(weights, _solved(curve, slopes), strict=True)]
    return dict(zip(names, weights, strict=True))


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of linear equations, by elimination; the matrix is positive definite."""
    size = len(right)
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at in range(size):
        for below in range(at + 1, size):
            factor = lines[below][at] / lines[at][at]
            if factor:
                lines[below] = [
                    low - factor * high for low, high in zip(lines[below], lines[at], strict=True)
                ]
    found = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(lines[at][other] * found[other] for other in range(at + 1, size))
        found[at] = (lines[at][size] - rest) / lines[at][at]
    return found


def _sum(weights: Sequence[float], line: Sequence[float]) -> float:
    return math.fsum(w * x for w, x in zip(weights, line, strict=True))


def _likely(weights: Mapping[str, float], row: Row) -> float:
    return likely(math.fsum(weights.get(name, 0.0) * x for name, x in row.items()))


def checked(ids: Sequence[str], rows: Sequence[Row], good: Sequence[float]) -> Iterator[str]:
    """How well weights that were fitted to other texts foresee the marks, in words."""
    foreseen = [0.0] * len(rows)
    folds = [hashlib.sha256(name.encode()).digest()[0] % FOLDS for name in ids]
    for fold in range(FOLDS):
        kept = [at for at in range(len(rows)) if folds[at] != fold]
        weights = fit([rows[at] for at in kept], [good[at] for at in kept])
        for at in (at for at in range(len(rows)) if folds[at] == fold):
            foreseen[at] = _likely(weights, rows[at])
    pairs = [
        (foreseen[a] > foreseen[b]) + 0.5 * (foreseen[a] == foreseen[b])
        for a in range(len(rows))
        if good[a]
        for b in range(len(rows))
        if not good[b]
    ]
    yield f"{len(rows)} candidates, {sum(good):.0f} good; area under the curve {_mean(pairs):.3f}"
    best = [
        max((at for at in range(len(ids)) if ids[at] == one), key=lambda at: foreseen[at])
        for one in dict.fromkeys(ids)
    ]
    share = 100 * _mean([good[at] for at in best])
    yield f"the best of each of {len(best)} texts: {share:.1f} % good"
    for name, some in (
        ("flagged", [at for at in best if foreseen[at] < SURE]),
        ("not flagged", [at for at in best if foreseen[at] >= SURE]),
    ):
        yield f"{name}: {len(some)}, of which {100 * _mean([good[at] for at in some]):.1f} % good"
    possible = [any(good[at] for at in range(len(ids)) if ids[at] == one) for one in set(ids)]
    yield f"texts with a good candidate: {100 * _mean(possible):.1f} %"


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def read(path: Path) -> tuple[list[str], list[Row], list[float]]:
    """The texts, features and marks of a table."""
    ids, rows, good = [], [], []
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            ids.append(line.pop("id"))
            good.append(float(line.pop("good")))
            rows.append({name: float(value) for name, value in line.items() if value})
    return ids, rows, good


def main() -> int:
    """Make the table, or fit the weights to it."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibrate", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    made = steps.add_parser("table")
    made.add_argument("texts", type=Path)
    made.add_argument("--sheets", type=Path, nargs="+", required=True)
    made.add_argument("--marks", type=Path, nargs="+", required=True)
    steps.add_parser("fit").add_argument("table", type=Path)
    asked = parser.parse_args()
    if asked.step == "table":
        lines = list(table(asked.texts, asked.sheets, asked.marks))
        names = sorted({name for line in lines for name in line} - {"id", "good"})
        writer = csv.DictWriter(sys.stdout, ["id", "good", *names])
        writer.writeheader()
        writer.writerows(lines)
        return 0
    ids, rows, good = read(asked.table)
    for name, weight in fit(rows, good).items():
        print(f'    "{name}": {weight:.2f},')
    print(*checked(ids, rows, good), sep="\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

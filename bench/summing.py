"""Summing up made tips, in a process that does nothing else."""

from __future__ import annotations

import json
from random import Random
from statistics import median
from time import perf_counter

from bench.words import sentence
from bot.core.measure import weighted_length
from bot.core.summary import best
from bot.core.tip import Tip
from bot.language import parser


def sum_up(how: str, count: str) -> None:
    """Print how many milliseconds a tip took, the first one left out where there are more.

    `how` is "with" or "without" a parser, `count` says how many tips.
    """
    reader = parser() if how == "with" else None
    random = Random(140)
    taken = []
    for number in range(int(count)):
        text = " ".join(sentence(random, random.randint(8, 30)) for _ in range(5))
        tip = Tip(id=f"tip-{number}", title=sentence(random, 4), text=text)
        start = perf_counter()
        best(tip, lambda summary: weighted_length(summary) <= 116, parser=reader)
        taken.append(1000 * (perf_counter() - start))
    later = taken[1:] or taken
    print(json.dumps({"median": median(later), "slowest": max(later)}))

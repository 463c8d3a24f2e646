"""What readers marked: the weights that come from it, and how two checkouts are compared."""

import json
from pathlib import Path

import pytest

from bench import calibrate, reading
from bot.core.summary.score import WEIGHTS, likely
from tests.tree import ROOT

MARKED = ROOT / "bench" / "readings" / "calibration.csv"


def test_a_fit_tells_what_readers_like():
    """A feature that good posts have gets a weight above 0, one of the others a weight below."""
    rows = [{"every": 1.0, "good": 1.0}, {"every": 1.0, "bad": 1.0}] * 20
    weights = calibrate.fit(rows, [1.0, 0.0] * 20)
    assert weights["good"] > 1
    assert weights["bad"] < -1
    assert likely(weights["every"] + weights["good"]) > 0.8


@pytest.mark.long
def test_the_weights_are_those_of_the_marks():
    """The score's weights are what the kept marks give, and no number was changed by hand."""
    _, rows, good = calibrate.read(MARKED)
    assert {name: round(x, 2) for name, x in calibrate.fit(rows, good).items()} == WEIGHTS


def test_readers_do_not_see_whose_a_post_is(tmp_path: Path):
    """Posts of both sides are mixed, an equal one is read once, and the key alone tells sides."""
    texts = [{"id": str(n), "title": f"T{n}", "text": "Ask.", "lang": "en"} for n in range(20)]
    sides = {
        "texts": texts,
        "old": [{"id": one["id"], "post": "Ask.", "sure": "1.0"} for one in texts],
        "new": [
            {"id": one["id"], "post": "Ask." if n < 10 else "Listen.", "sure": "0.5", "doubts": "x"}
            for n, one in enumerate(texts)
        ],
    }
    paths = {name: tmp_path / f"{name}.jsonl" for name in sides}
    for name, rows in sides.items():
        paths[name].write_text("\n".join(map(json.dumps, rows)), "utf-8")
    sheet, key = reading.sheet(paths["texts"], (paths["old"], paths["new"]), seed=1)
    assert len(sheet) == 30
    assert {name for row in sheet for name in row} == {"n", "post", "title", "text"}
    assert [row["post"] for row in sheet] != sorted(row["post"] for row in sheet)
    marks = [
        {"n": row["n"], "mark": "good" if row["post"] == "Listen." else "weak"} for row in sheet
    ]
    told = list(reading.result(reading.table(key, marks)))
    assert told[1:3] == [
        "old: good 0.0 %, weak 100.0 %, wrong 0.0 %",
        "new: good 50.0 %, weak 50.0 %, wrong 0.0 %",
    ]
    assert told[3].startswith("good, new - old: +50.0 points")
    assert told[-1] == "flagged, not good: 50.0 % of 20"

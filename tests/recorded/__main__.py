"""`python -m tests.recorded DIR` makes a fixture; with `--record` its answers are written anew."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path


def main() -> None:
    """Do what the arguments say."""
    # twitter-text-parser finds its data by the old way, and says so.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    from tests.recorded import making, questions

    parser = argparse.ArgumentParser(prog="python -m tests.recorded", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="make a fixture here")
    parser.add_argument("--record", action="store_true", help="write tests/recorded/answers anew")
    asked = parser.parse_args()
    if asked.folder is None and not asked.record:
        parser.error("name a folder, or say --record")
    if asked.folder is not None:
        making.make(asked.folder)
    if asked.record:
        questions.record()


if __name__ == "__main__":
    main()

"""`python -m tests.demo`: the whole product without an account. `make demo` starts it."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import warnings
from pathlib import Path

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals with which a terminal or a service manager ends a program."""


def main() -> int:
    """Run the demo until a signal asks it to stop, or until everything was shown."""
    asked = threading.Event()
    for number in STOPS:
        signal.signal(number, lambda *_: asked.set())
    given = _arguments()
    # twitter-text-parser uses a deprecated way to find its data.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    from tests.browser import MISSING, browser_path
    from tests.demo.messages import say
    from tests.demo.runner import Options, run

    if given.picture is not None and browser_path() is None:
        say(f"--picture: {MISSING}; install one, or leave the option out")
        return 2
    return run(Options(once=given.once, picture=given.picture), asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when everything was shown")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="save a picture of the page as a PNG"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

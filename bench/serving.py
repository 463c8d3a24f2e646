"""The site over a database that is there, as a process of its own.

`python -m bench.serving FOLDER` says its address, and serves until its standard input ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.site import running_site


def main() -> None:
    """Serve until whoever started this lets go."""
    with running_site(Path(sys.argv[1])) as site:
        print(site.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()

"""`python -m tests.image`: builds the container image, and tries that it keeps its promises."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.image.buildah import Buildah
from tests.image.docker import Docker
from tests.image.engine import Engine, Failed, Unavailable
from tests.image.promises import FLEET_PROMISES, PROMISES, seconds


def main() -> int:
    """0: every promise is kept, or nothing can be built and that may be; 1: not so."""
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # after cleaning up
    with tempfile.TemporaryDirectory(prefix="tipsbot-image-") as home:
        try:
            engine = _engine(Path(home), debian=asked.debian)
            try:
                _try(engine)
            finally:
                engine.close()
        except Unavailable as why:
            _say(f"no image was built: {why}")
            return 0 if asked.if_possible else 1
        except Failed as failed:
            _say(f"FAILED: {failed}")
            return 1
    return 0


def _engine(home: Path, *, debian: bool) -> Engine:
    """What builds here. Raises Unavailable where nothing does."""
    if debian:
        return Buildah(home, debian=True)
    try:
        return Docker()
    except Unavailable as no_docker:
        try:
            return Buildah(home, debian=False)
        except Unavailable as no_buildah:
            raise Unavailable(f"{no_docker}; {no_buildah}") from None


def _try(engine: Engine) -> None:
    began = time.perf_counter()
    _say("Building the image ...")
    engine.build()
    _say(f"built in {time.perf_counter() - began:.0f} s: {engine.size()}")
    _keep(engine, PROMISES)
    start, check = seconds(engine)
    _say(f"healthy {start:.1f} s after its start; `tipsbot check` takes {check:.2f} s")
    _say("Building the image with the extra `fleet` ...")
    engine.build("fleet")
    _say(f"built: {engine.size()}")
    _keep(engine, FLEET_PROMISES)


def _keep(engine: Engine, promises: Iterable[Callable[[Engine], None]]) -> None:
    for promise in promises:
        try:
            promise(engine)
        except Failed as failed:
            raise Failed(f"{promise.__doc__}\n{failed}") from None
        _say(f"kept: {promise.__doc__}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.image", description=__doc__)
    parser.add_argument(
        "--debian",
        action="store_true",
        help="build with buildah on Debian's Python, and keep no image: needs no registry",
    )
    parser.add_argument(
        "--if-possible", action="store_true", help="no failure where nothing can be built"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

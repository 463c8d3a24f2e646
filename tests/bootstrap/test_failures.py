"""What goes wrong in a step: said once, tried again, and seen by whoever watches."""

from structlog.testing import capture_logs

from bot.bootstrap.running.failures import Failures
from bot.core.errors import StoreError

FULL = StoreError("the disk is full", "free some space")


def test_a_trouble_is_said_once_and_its_step_tried_again():
    """A step that fails the same way is named once in the log, and each time tried again."""
    failures = Failures()
    with capture_logs() as logs:
        for _ in range(3):
            failures.report("schedule:mornings", FULL)
            assert failures.take_retries() == {"schedule:mornings"}
    assert [line["event"] for line in logs] == ["step_failed"]
    assert failures.take_retries() == set()
    assert failures.recent() == {"schedule:mornings": str(FULL)}


def test_another_trouble_is_said_anew():
    """Another reason, and a mistake of ours, are lines of their own."""
    failures = Failures()
    with capture_logs() as logs:
        failures.report("deliver:x", FULL)
        failures.report("deliver:x", KeyError("odd"))
    assert [line["event"] for line in logs] == ["step_failed", "step_failed_oddly"]

"""Asks a network to take a post; whatever it raises becomes an error of our tree."""

import structlog

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.ports.platform import Preparer, Publisher
from bot.core.posting.transitions import after_preparing

log = structlog.get_logger()


def preparer_of(publisher: Publisher, post: Post) -> Preparer | None:
    """What sends a part of this post beforehand; None: there is no such part."""
    if isinstance(publisher, Preparer) and publisher.needs_preparing(post):
        return publisher
    return None


def prepare(preparer: Preparer, claimed: Delivery) -> str | PlatformError:
    """What the network gave for the post beforehand; no error leaves anything posted."""
    try:
        return preparer.prepare(claimed.post)
    except PlatformError as error:
        return after_preparing(error)
    except Exception as error:  # noqa: BLE001 - nothing was posted, so it may be repeated
        log.error("prepare_failed_oddly", account=claimed.account, error=type(error).__name__)  # noqa: TRY400 - its trace could show a request
        return RetryLater(f"an unexpected {type(error).__name__} before posting")


def publish(publisher: Publisher, claimed: Delivery) -> Receipt | PlatformError:
    """The network's answer; after an unknown exception it may have been sent."""
    try:
        return publisher.publish(claimed.post)
    except PlatformError as error:
        return error
    except Exception as error:  # noqa: BLE001 - it may have been sent
        log.error("publish_failed_oddly", account=claimed.account, error=type(error).__name__)  # noqa: TRY400 - its trace could show a request
        return OutcomeUnknown(f"an unexpected {type(error).__name__} while posting")

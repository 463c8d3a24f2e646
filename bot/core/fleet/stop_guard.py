"""Whether so many bots may be stopped at once: a folder that is missing may be a mistake."""

FEW = 5
"""So many may always be stopped."""
SHARE = 0.05
"""A larger share of the bots than this may not, unless they are few."""


def are_too_many(stopping: int, active: int) -> bool:
    """Whether `stopping` of `active` bots are more than were probably meant to be stopped."""
    return stopping > FEW and stopping > SHARE * active

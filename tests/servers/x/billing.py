"""X's prices in dollars: by the resource; a read is charged once in a UTC day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

CREATE = Decimal("0.015")
CREATE_WITH_LINK = Decimal("0.200")
CREATE_MENTIONED = Decimal("0.010")
READ_POST = Decimal("0.005")
READ_OWN = Decimal("0.001")
READ_USER = Decimal("0.010")
DELETE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: `what` is create, delete, post or user."""

    what: str
    id: str
    price: Decimal


class Billing:
    """Every charge so far."""

    def __init__(self) -> None:
        self.charges: list[Charge] = []
        self._read: set[tuple[date, str, str]] = set()

    @property
    def total(self) -> Decimal:
        """The sum of all charges, in dollars."""
        return sum((charge.price for charge in self.charges), Decimal(0))

    def create(self, post_id: str, price: Decimal) -> None:
        """Charge for a new post."""
        self.charges.append(Charge("create", post_id, price))

    def delete(self, post_id: str) -> None:
        """Charge for a deletion."""
        self.charges.append(Charge("delete", post_id, DELETE))

    def read(self, what: str, ids: list[str], price: Decimal, now: datetime) -> None:
        """Charge for each resource returned that was not read today already."""
        for one in ids:
            if (now.date(), what, one) not in self._read:
                self._read.add((now.date(), what, one))
                self.charges.append(Charge(what, one, price))

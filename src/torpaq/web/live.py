"""The land of this process: one ``LiveLand``, brought up to the ledger table whenever it is asked for.

Every process keeps its own. It takes the entries it lacks from the table, so appends of other processes arrive by
themselves; where its last entry is no longer the table's (a restored backup), it is built anew.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from torpaq.land.live import LiveLand
from torpaq.web.models import LedgerEntry
from torpaq.web.rows import Head, ledger_head, read_entries

EMPTY = Head(0, "0" * 64)
MANY_ENTRIES = 5_000


class Keeper:
    """Holds the process's land, its place in the ledger, and the lock under which both are used."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.land: LiveLand | None = None
        self.head = EMPTY

    def synced(self) -> LiveLand:
        """Return the land as the table has it now. The caller holds the lock."""
        head = ledger_head()
        if self.land is None or not self._continues(head):
            return self.adopt(LiveLand(read_entries(until=head.position)), head)
        if head != self.head:
            for entry in read_entries(after=self.head.position, until=head.position):
                self.land.append(entry)
            self.head = head
        return self.land

    def adopt(self, land: LiveLand, head: Head) -> LiveLand:
        """Keep a land that was built for this head. The caller holds the lock."""
        self.land, self.head = land, head
        if head.position >= MANY_ENTRIES:
            gc.collect()
            gc.freeze()  # a million lasting objects need not be searched for garbage during somebody's request
        return land

    def forget(self) -> None:
        """Drop the land; the next question builds it anew."""
        with self.lock:
            self.land, self.head = None, EMPTY

    def _continues(self, head: Head) -> bool:
        """Say whether the table still holds this land's last entry where it was."""
        if head == self.head or self.head.position == 0:
            return True
        return LedgerEntry.objects.filter(position=self.head.position, hash=self.head.hash).exists()


KEEPER = Keeper()


@contextmanager
def live_land() -> Iterator[tuple[LiveLand, Head]]:
    """Give the land as the ledger stands now, and that ledger's head; nobody else uses the land meanwhile."""
    with KEEPER.lock:
        land = KEEPER.synced()
        yield land, KEEPER.head

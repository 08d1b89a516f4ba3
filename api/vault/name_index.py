"""Index of names in memory, so that a sealed name can be searched.

A name in the database is sealed, and no index of it is kept there: one that can find a part of a
name tells who shares it. So whoever searches has the records of those whom they may see opened,
once for each revision of a record, and the words stay in this process alone, bounded in number.
"""

from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID


class NameCache:
    """Words of records by (id, revision), the least used thrown away first.

    By the id and not the number: a database that is restored from a copy under a running program
    may give a number, and a revision, to somebody else.
    """

    def __init__(self, most: int) -> None:
        """Begin with nothing known; ``most`` people are kept."""
        self._most = most
        self._known: OrderedDict[UUID, tuple[int, str]] = OrderedDict()

    def get(self, record: UUID, revision: int) -> str | None:
        """Return the words of a record at this revision; None if they are not known."""
        found = self._known.get(record)
        if found is None or found[0] != revision:
            return None
        self._known.move_to_end(record)
        return found[1]

    def put(self, record: UUID, revision: int, words: str) -> None:
        """Keep the words of a record in place of what an older revision said."""
        self._known[record] = (revision, words)
        self._known.move_to_end(record)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._known)


def holds(text: str, words: Sequence[str]) -> bool:
    """Return whether every word of a search is part of the text."""
    return all(word in text for word in words)


def words_of(search: str) -> list[str]:
    """Return the words of a search, as they are compared."""
    return search.casefold().split()

"""Throttling of attempts to sign in: counted in the database, so that every process knows.

An attempt is counted before the password is looked at (so a burst cannot slip through), and given
back when it succeeds. Names and addresses are hashed into a fixed number of slots: the table stays
bounded however many names an attacker invents.
"""

import hashlib
from dataclasses import dataclass

from api.errors import ThrottledError
from api.services import Pool
from api.store import throttles

WINDOW_S = 900
_SLOTS_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most ``limit`` failed attempts for one key in a window of 15 real minutes."""

    key: str
    limit: int


def slot(kind: str, text: str) -> str:
    """Return the slot (one of 65,536 of each kind) that a name or address falls in."""
    digest = hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()
    return f"{kind}:{digest[: _SLOTS_BYTES * 2]}"


def sign_in_rules(username: str, address: str) -> tuple[Rule, ...]:
    """Return what bounds guesses at one account from one place, at one account, from one place."""
    return (
        Rule(key=slot("pair", f"{username}@{address}"), limit=10),
        Rule(key=slot("name", username), limit=50),
        Rule(key=slot("from", address), limit=200),
    )


def registration_rules(address: str) -> tuple[Rule, ...]:
    """Return what bounds new accounts from one place."""
    return (Rule(key=slot("new", address), limit=30),)


async def count(pool: Pool, rules: tuple[Rule, ...]) -> None:
    """Count an attempt under every rule, committed at once.

    Raises:
        ThrottledError: one of them is over its limit.
    """
    wait = 0
    async with pool.connection() as conn:
        for rule in sorted(rules, key=lambda one: one.key):
            row = await throttles.count(conn, rule.key, WINDOW_S)
            if row["failures"] > rule.limit:
                wait = max(wait, int(row["wait_s"]), 1)
    if wait:
        raise ThrottledError(wait)


async def give_back(pool: Pool, rules: tuple[Rule, ...]) -> None:
    """Take a successful attempt off every count."""
    async with pool.connection() as conn:
        for rule in sorted(rules, key=lambda one: one.key):
            await throttles.give_back(conn, rule.key)


async def forget(pool: Pool, rules: tuple[Rule, ...]) -> None:
    """Start the counts anew, after a success that proves who it is."""
    async with pool.connection() as conn:
        await throttles.forget(conn, [rule.key for rule in rules])

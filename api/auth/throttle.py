"""Throttling of attempts to sign in: counted in the database, so that every process knows.

An attempt is counted before the password is looked at (so a burst cannot slip through), and given
back when it succeeds. What is refused counts against nobody else: an attempt over the limit of its
own pair of name and address reaches neither the count of the name nor that of the address, so one
place cannot shut a name for all places.

Over a limit that others share, nobody who is known is shut out. A pair that is known (the account
signed in from this address or this browser before) has a count of its own, and beyond it a queue:
its attempts are looked at one a second. An address beyond its limit has such a queue for the
people who are new there. So guessing is slow, and the right password gets in.

Keys are keyed hashes of the whole name or address: nobody can compute a collision, and none fills
or resets the count of another. Rows end with their window and are swept as new ones come.
"""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from api.errors import ThrottledError
from api.services import Pool, Services
from api.store import throttles
from api.store.types import Conn
from api.vault import personal_data

QUEUE_PACE_S = 1.0
QUEUE_MOST_S = 5.0
"""Beyond a limit one attempt a second is looked at; who would wait longer than this is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most ``limit`` failed attempts for one key in a window of real seconds.

    Attributes:
        key: hashed name of what is counted.
        limit: how many attempts pass freely.
        queued: beyond the limit attempts are looked at slowly; else they are refused.
    """

    key: str
    limit: int
    queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAttempt:
    """What an attempt was counted under.

    Attributes:
        keys: to give it back if it succeeds; the first is the attempt's own pair.
        slowed_s: seconds until the window of the limit that it passed slowly ends; 0 if none.
        first_over: whether it was the first of its window beyond some limit.
    """

    keys: tuple[str, ...]
    slowed_s: int = 0
    first_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """Makes the keys of counts and places, under a key that is the vault's."""

    key: bytes

    def of(self, kind: str, *parts: str) -> str:
        """Return the keyed hash of what is counted, with its kind in front."""
        text = "\x1f".join((kind, *parts)).encode()
        return f"{kind}:{hmac.new(self.key, text, hashlib.sha256).hexdigest()[:32]}"


async def keyed(services: Services) -> Keyed:
    """Return what makes keys; the same for every process of this database."""
    async with services.pool.connection() as conn:
        return Keyed(key=await personal_data.system_key(conn, services.vault, "throttle"))


def network_of(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, the /64 of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return found.exploded[:19] + "/64"
    return str(found)


def sign_in_rules(
    services: Services, made: Keyed, username: str, address: str, *, known: bool
) -> tuple[Rule, ...]:
    """Return what bounds guesses at one account from one place, from one place, at one account.

    Args:
        services: for the limits.
        made: makes the keys.
        username: the name that was given, whether it exists or not.
        address: where the attempt comes from.
        known: whether this account signed in from here, or in this browser, before.
    """
    limits, place = services.settings, network_of(address)
    pair = made.of("pair", username, place)
    if known:
        return (Rule(key=pair, limit=limits.sign_in_pair_limit, queued=True),)
    return (
        Rule(key=pair, limit=limits.sign_in_pair_limit),
        Rule(key=made.of("from", place), limit=limits.sign_in_address_limit, queued=True),
        Rule(key=made.of("name", username), limit=limits.sign_in_name_limit),
    )


def own_rules(services: Services, made: Keyed, caller: object) -> tuple[Rule, ...]:
    """Return what bounds guesses at one's own password or second factor within a session."""
    limit = services.settings.sign_in_pair_limit
    return (Rule(key=made.of("own", str(caller)), limit=limit),)


def otp_rules(services: Services, made: Keyed, user_id: object) -> tuple[Rule, ...]:
    """Return what bounds guesses at an account's second factor by whoever has its password.

    Six digits fall to one guess a second within days, so there is no queue beyond the limit.
    """
    limit = services.settings.sign_in_pair_limit
    return (Rule(key=made.of("otp", str(user_id)), limit=limit),)


def registration_rules(services: Services, made: Keyed, address: str) -> tuple[Rule, ...]:
    """Return what bounds new accounts from one place."""
    key = made.of("new", network_of(address))
    return (Rule(key=key, limit=services.settings.registration_limit),)


def place_rules(services: Services, made: Keyed, kind: str, address: str) -> tuple[Rule, ...]:
    """Return what bounds log-ins of a kind that names no account, from one place."""
    key = made.of(kind, network_of(address))
    return (Rule(key=key, limit=services.settings.sign_in_address_limit),)


def reset_rules(services: Services, made: Keyed, username: str, address: str) -> tuple[Rule, ...]:
    """Return what bounds askings for a new password: of one name from a place, and of the place."""
    limits, place = services.settings, network_of(address)
    return (
        Rule(key=made.of("forgot", username, place), limit=limits.reset_mail_limit),
        Rule(key=made.of("forgot-from", place), limit=limits.registration_limit),
    )


def mail_rules(services: Services, made: Keyed, username: str) -> tuple[Rule, ...]:
    """Return what bounds the mail that one account gets of it, wherever it is asked for."""
    limit = services.settings.reset_mail_name_limit
    return (Rule(key=made.of("forgot-mail", username), limit=limit),)


def link_rules(services: Services, made: Keyed, address: str) -> tuple[Rule, ...]:
    """Return what bounds tries of links that open nothing, from one place."""
    key = made.of("link", network_of(address))
    return (Rule(key=key, limit=services.settings.registration_limit),)


async def count(services: Services, rules: tuple[Rule, ...]) -> CountedAttempt:
    """Count an attempt rule by rule, each committed at once, and wait where it must.

    A rule that refuses is the last that counts.

    Raises:
        ThrottledError: one of the rules is over its limit, and its queue is full.
    """
    keys: list[str] = []
    slowed_s, first_over = 0, False
    window_s = services.settings.throttle_window_s
    async with services.pool.connection() as conn:
        await throttles.sweep(conn, window_s)
    for rule in rules:
        async with services.pool.connection() as conn:
            row = await throttles.count(conn, rule.key, window_s)
        keys.append(rule.key)
        if row["failures"] <= rule.limit:
            continue
        rest_s = max(1, int(row["wait_s"]))
        first_over = first_over or row["failures"] == rule.limit + 1
        if not rule.queued:
            raise ThrottledError(rest_s, first=first_over)
        await _wait_in_line(services.pool, rule, first=first_over)
        slowed_s = max(slowed_s, rest_s)
    return CountedAttempt(keys=tuple(keys), slowed_s=slowed_s, first_over=first_over)


async def _wait_in_line(pool: Pool, rule: Rule, *, first: bool) -> None:
    async with pool.connection() as conn:
        wait_s = await throttles.queue(conn, rule.key, QUEUE_PACE_S, QUEUE_MOST_S)
    if wait_s is None:
        raise ThrottledError(int(QUEUE_MOST_S), first=first)
    await asyncio.sleep(wait_s)


async def succeeded(conn: Conn, counted: CountedAttempt) -> None:
    """Start the count of the pair anew and take the attempt off the others."""
    await throttles.forget(conn, counted.keys[:1])
    for key in sorted(counted.keys[1:]):
        await throttles.give_back(conn, key)


async def give_back(conn: Conn, counted: CountedAttempt) -> None:
    """Take an attempt off every count: it was no guess."""
    for key in sorted(counted.keys):
        await throttles.give_back(conn, key)

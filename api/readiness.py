"""Readiness of the ward, and the reason if not: database, schema, alert engine, gateway.

The gateway's silence makes the ward unready though the API still answers: a panel that shows old
figures as if they were new is worse than none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from api.services import Pool
from api.store import gateways, leadership, readiness

# The newest step of gateway/migrations that this program was written for; a test compares them.
SCHEMA_REVISION = "0026"
LEADER_SILENT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What was found, by part.

    Attributes:
        checks: an empty text is well, anything else says what is wrong.
        ages_s: real seconds since the last sign of life of each that gives one, None for never.
    """

    checks: Mapping[str, str]
    ages_s: Mapping[str, float | None]

    @property
    def ready(self) -> bool:
        """Whether every part is well."""
        return not any(self.checks.values())


async def look(pool: Pool, gateway_silent_s: float) -> Readiness:
    """Look at every part now.

    Args:
        pool: connections to the database.
        gateway_silent_s: real seconds without a heartbeat after which the gateway is away.
    """
    try:
        async with pool.connection(timeout=2.0) as conn:
            revision = await readiness.schema_revision(conn)
            gateway = await gateways.age(conn)
            leaders = await leadership.ages(conn)
    except (psycopg.Error, PoolTimeout) as error:
        reason = f"does not answer ({type(error).__name__})"
        return Readiness(checks={"database": reason}, ages_s={})
    engine, rota = leaders.get("alerts"), leaders.get("rota")
    return Readiness(
        checks={
            "database": "",
            "migrations": schema_reason(revision),
            "engine": age_reason(engine, LEADER_SILENT_S),
            "rota": age_reason(rota, LEADER_SILENT_S),
            "notices": age_reason(leaders.get("notices"), LEADER_SILENT_S),
            "gateway": age_reason(gateway, gateway_silent_s),
        },
        ages_s={"engine": engine, "rota": rota, "gateway": gateway},
    )


def schema_reason(revision: str | None) -> str:
    """Return what is wrong with the schema's revision; an older program may meet a newer one."""
    if revision is None:
        return "no schema"
    if revision < SCHEMA_REVISION:
        return f"at {revision}, needs {SCHEMA_REVISION}"
    return ""


def age_reason(age_s: float | None, silent_s: float) -> str:
    """Return what is wrong with a part whose last sign of life is ``age_s`` seconds old."""
    if age_s is None:
        return "never heard of"
    return f"silent for {age_s:.0f} s" if age_s > silent_s else ""

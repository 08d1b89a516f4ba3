"""A step of the schema adds, so that programs of the version before go on beside it."""

import psycopg

from gateway.migrations import newest, upgrade
from tests.support.databases import Database
from tests.support.schema_contract import promise_of

PROMISED_AFTER = 45
"""The newest step that an old program could not be run beside; each since then only adds."""
_KINDS = """ALTER TABLE doctor DROP CONSTRAINT doctor_kind_check,
     ADD CONSTRAINT doctor_kind_check CHECK (kind IN"""
TAKEN = {
    "ALTER TABLE alert_event DROP COLUMN actor": "alert_event.actor is gone",
    "ALTER TABLE doctor RENAME COLUMN kind TO trade": "doctor.kind is gone",
    "DROP TABLE notice CASCADE": "notice.id is gone",
    "ALTER TABLE outbox ALTER COLUMN kind TYPE varchar(40)": "outbox.kind was text and is",
    "ALTER TABLE episode ALTER COLUMN comment SET NOT NULL": "episode.comment must be given",
    "ALTER TABLE episode ADD COLUMN new integer NOT NULL": "episode.new must be given",
    "CREATE UNIQUE INDEX one ON episode (comment)": "episode: one is new",
    "ALTER TABLE episode ADD CONSTRAINT c CHECK (comment <> 'x')": "episode: c is new",
    f"{_KINDS} ('doctor', 'x'))": "doctor: doctor_kind_check is new",
    "DROP FUNCTION append_alert_event CASCADE": "append_alert_event",
    "REVOKE SELECT ON doctor FROM homeward_api": (
        "not allowed any more: homeward_api SELECT doctor.kind"
    ),
}
ADDED = (
    "ALTER TABLE episode ADD COLUMN new integer",
    "ALTER TABLE episode ADD COLUMN new integer NOT NULL DEFAULT 0 CHECK (new >= 0)",
    "CREATE TABLE new (no integer PRIMARY KEY, what text NOT NULL UNIQUE)",
    "ALTER TABLE episode ALTER COLUMN condition DROP NOT NULL",
    f"{_KINDS} ('doctor', 'nurse', 'x'))",
    "CREATE INDEX ON episode (comment)",
    "GRANT SELECT ON outbox TO homeward_api",
)


def test_each_step_since_then_only_adds(empty_database: Database) -> None:
    """A step that must take something away does so one version after nothing needs it any more.

    One that cannot wait raises ``PROMISED_AFTER``, and the page on upgrades says that it stops.
    """
    upgrade(empty_database.owner, f"{PROMISED_AFTER:04}")
    taken = {}
    with psycopg.connect(empty_database.superuser, autocommit=True) as connection:
        before = promise_of(connection)
        for step in range(PROMISED_AFTER + 1, int(newest()) + 1):
            upgrade(empty_database.owner, f"{step:04}")
            after = promise_of(connection)
            taken[step] = sorted(before.taken_by(after))
            before = after
    assert {step: found for step, found in taken.items() if found} == {}
    assert len(taken) == int(newest()) - PROMISED_AFTER > 20


def test_what_an_old_program_would_miss_is_found(database: Database) -> None:
    with psycopg.connect(database.superuser) as connection:
        before = promise_of(connection)
        for statement, said in TAKEN.items():
            with connection.transaction(force_rollback=True):
                connection.execute(statement.encode())
                found = list(before.taken_by(promise_of(connection)))
            assert any(one.startswith(said) for one in found), (statement, found)
        for statement in ADDED:
            with connection.transaction(force_rollback=True):
                connection.execute(statement.encode())
                assert not list(before.taken_by(promise_of(connection))), statement

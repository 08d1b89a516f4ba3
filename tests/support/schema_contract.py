"""What the programs of the version before may rely on in the schema, and what a step took from it.

An old gateway or API beside a newer schema reads columns by name, calls functions by their
arguments, and writes rows without knowing of columns that are new. So a step may add; it may not
take away, retype, or ask of a writer what an old one does not give.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

_COLUMNS = """
    SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
           a.attnotnull, a.atthasdef OR a.attidentity <> ''
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'p')
       AND a.attnum > 0 AND NOT a.attisdropped
"""
_FUNCTIONS = """
    SELECT oid::regprocedure::text, prorettype::regtype::text FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
_RIGHTS = """
    SELECT grantee || ' ' || privilege_type || ' ' || table_name || '.' || column_name
      FROM information_schema.column_privileges
     WHERE table_schema = 'public' AND grantee LIKE 'homeward%'
    UNION ALL
    SELECT grantee || ' DELETE ' || table_name FROM information_schema.table_privileges
     WHERE table_schema = 'public' AND grantee LIKE 'homeward%' AND privilege_type = 'DELETE'
    UNION ALL
    SELECT grantee::regrole || ' EXECUTE ' || oid::regprocedure
      FROM pg_proc, aclexplode(proacl) WHERE pronamespace = 'public'::regnamespace
       AND grantee <> 0 AND grantee::regrole::text LIKE 'homeward%'
"""
_RULES = """
    SELECT r.relname || ': ' || k.conname, pg_get_constraintdef(k.oid),
           ARRAY(SELECT r.relname || '.' || a.attname FROM pg_attribute a
                  WHERE a.attrelid = r.oid AND a.attnum = ANY (k.conkey))
      FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid
     WHERE r.relnamespace = 'public'::regnamespace AND k.contype IN ('c', 'u', 'x', 'f')
    UNION ALL
    SELECT r.relname || ': ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid),
           ARRAY(SELECT r.relname || '.' || a.attname FROM pg_attribute a
                  WHERE a.attrelid = r.oid AND a.attnum = ANY (i.indkey))
      FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
     WHERE r.relnamespace = 'public'::regnamespace AND i.indisunique
"""
_WORD = re.compile(r"'([^']*)'(?:::\w+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaPromise:
    """A schema as programs see it.

    Attributes:
        columns: type by ``table.column``.
        filled: those of them that are never null.
        given: those that fill themselves where a writer does not name them.
        functions: what each gives, by name and arguments.
        rights: of the programs' roles.
        rules: constraints and unique indexes by table and name: definition, and columns.
    """

    columns: dict[str, str]
    filled: frozenset[str]
    given: frozenset[str]
    functions: dict[str, str]
    rights: frozenset[str]
    rules: dict[str, tuple[str, frozenset[str]]]

    def taken_by(self, after: "SchemaPromise") -> Iterator[str]:
        """What an old program misses, or is refused, in the schema ``after`` a step."""
        yield from (f"{one} is gone" for one in self.columns.keys() - after.columns.keys())
        yield from (f"{one} is gone" for one in self.functions.keys() - after.functions.keys())
        yield from (f"not allowed any more: {one}" for one in self._lost_rights(after))
        for name, kind in (self.columns | self.functions).items():
            now = (after.columns | after.functions).get(name, kind)
            if now != kind:
                yield f"{name} was {kind} and is {now}"
        tables = {name.partition(".")[0] for name in self.columns}
        for name in after.filled - self.filled:
            known = name in self.columns
            if known or (name.partition(".")[0] in tables and name not in after.given):
                yield f"{name} must be given"
        yield from self._new_rules(after, tables)

    def _lost_rights(self, after: "SchemaPromise") -> Iterator[str]:
        """Rights that went, on what is still there."""
        there = after.columns.keys() | after.functions.keys()
        for right in self.rights - after.rights:
            what = right.split(" ", 2)[2]
            if what in there or any(one.startswith(f"{what}.") for one in there):
                yield right

    def _new_rules(self, after: "SchemaPromise", tables: set[str]) -> Iterator[str]:
        """Constraints on what an old program writes that it does not know."""
        for name, (rule, columns) in after.rules.items():
            known = name.partition(":")[0] in tables and bool(columns & self.columns.keys())
            before = self.rules.get(name)
            if known and (before is None or not _wider(before[0], rule)):
                yield f"{name} is new: {rule}"


def _wider(before: str, rule: str) -> bool:
    """Whether a rule allows all that it allowed: the same words, or more of them in its lists."""
    lists = _WORD.findall(before), _WORD.findall(rule)
    same = _shape(before) == _shape(rule)
    return before == rule or (same and set(lists[0]) <= set(lists[1]))


def _shape(rule: str) -> str:
    """A rule without the words of its lists."""
    return re.sub(r"'x'(, 'x')*", "'x'", _WORD.sub("'x'", rule))


def promise_of(connection: psycopg.Connection) -> SchemaPromise:
    """The schema as it is now."""
    columns = connection.execute(_COLUMNS).fetchall()
    rules = connection.execute(_RULES).fetchall()
    return SchemaPromise(
        columns={name: kind for name, kind, *_ in columns},
        filled=frozenset(name for name, _, filled, _ in columns if filled),
        given=frozenset(name for name, *_, given in columns if given),
        functions=dict(connection.execute(_FUNCTIONS).fetchall()),
        rights=frozenset(name for (name,) in connection.execute(_RIGHTS).fetchall()),
        rules={name: (rule, frozenset(of)) for name, rule, of in rules},
    )

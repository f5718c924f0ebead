"""Isolation of organisations by row-level security: one helper makes every policy."""

from alembic.operations import Operations

from tradewind.kernel.database.embedded import APP_ROLE

CURRENT_ORGANISATION = "nullif(current_setting('app.org_id', true), '')::uuid"
CURRENT_USER = "nullif(current_setting('app.user_id', true), '')::uuid"


def tenant_table(
    op: Operations, table: str, *, also: str | None = None, privileges: str = "SELECT, INSERT, UPDATE, DELETE"
) -> None:
    """Isolate `table` by its organisation_id column, and let the app role use it.

    `also` widens what may be *seen* (never written), as an SQL condition on the row.
    """
    own = f"organisation_id = {CURRENT_ORGANISATION}"
    visible = f"{own} OR {also}" if also else own
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({own}) WITH CHECK ({own})")
    if also:
        op.execute(f"CREATE POLICY visible ON {table} FOR SELECT USING ({visible})")
    grant(op, table, privileges)


def grant(op: Operations, table: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Let the app role use a table that is not isolated per organisation."""
    op.execute(f"GRANT {privileges} ON {table} TO {APP_ROLE}")


def grant_sequence(op: Operations, sequence: str) -> None:
    """Let the app role draw numbers from a sequence."""
    op.execute(f"GRANT USAGE, SELECT ON SEQUENCE {sequence} TO {APP_ROLE}")


# Each part stands in a sub-select of its own, so that PostgreSQL evaluates it once a statement instead of once a row.
_SEES_ALL = "(SELECT nullif(current_setting('app.visible_owners', true), '') IS NULL)"
_OWNERS = "(SELECT nullif(current_setting('app.visible_owners', true), '')::uuid[])"


def visible_by_owner(op: Operations, table: str, *columns: str) -> None:
    """Let a transaction that sees only some owners' records see only rows that name one of them in `columns`.

    Narrows what `tenant_table` allows, for writes too: a row cannot be given away out of sight.
    """
    named = " OR ".join(f"{column} = ANY ({_OWNERS}::uuid[])" for column in columns)
    op.execute(f"CREATE POLICY visible_owners ON {table} AS RESTRICTIVE USING ({_SEES_ALL} OR {named})")


def visible_with(op: Operations, table: str, *parents: tuple[str, str]) -> None:
    """Let rows that hang on a record, by `(column, table)`, be seen only with it; those that hang on none by all.

    For reading alone, which changing and deleting include: a record and what hangs on it may be added in one statement.
    """
    free = " AND ".join(f"{table}.{column} IS NULL" for column, _ in parents)
    seen = " OR ".join(
        f"EXISTS (SELECT FROM {parent} WHERE {parent}.id = {table}.{column})" for column, parent in parents
    )
    op.execute(
        f"CREATE POLICY visible_owners ON {table} AS RESTRICTIVE FOR SELECT USING ({_SEES_ALL} OR ({free}) OR {seen})"
    )


VISIBLE_OWNERS = f"{_OWNERS}::uuid[]"
"""The owners whose records a transaction sees, for the conditions of `visible_where`; NULL where it sees everyone's."""


def visible_where(op: Operations, table: str, *conditions: str) -> None:
    """Let a transaction that sees only some owners' records read only rows for which one of these conditions holds."""
    op.execute(
        f"CREATE POLICY visible_owners ON {table} AS RESTRICTIVE FOR SELECT "
        f"USING ({_SEES_ALL} OR {' OR '.join(conditions)})"
    )

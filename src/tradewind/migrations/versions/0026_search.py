"""Search over knowledge: what passages are found by, and how common words are for whoever may see them."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0026"
down_revision = "0025"

_COLUMNS = (
    "language text NOT NULL DEFAULT ''",
    # Stemmed words as hashes salted with the organisation, how often each occurs, and how many words there are.
    "terms integer[] NOT NULL DEFAULT '{}'",
    "frequencies bytea NOT NULL DEFAULT ''",
    "words integer NOT NULL DEFAULT 0",
    # The sign of each dimension of each token's vector, and how many tokens each sentence has.
    "tokens bytea NOT NULL DEFAULT ''",
    "sentences bytea NOT NULL DEFAULT ''",
)

# Rows only add up: nobody waits for another who indexes at the same time. Indexing folds them together now and then.
_TABLES = (
    """
    CREATE TABLE knowledge_terms (
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        scope text NOT NULL,
        term integer NOT NULL,
        chunks integer NOT NULL
    )""",
    "CREATE INDEX knowledge_terms_found ON knowledge_terms (organisation_id, term) INCLUDE (scope, chunks)",
    """
    CREATE TABLE knowledge_sizes (
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        scope text NOT NULL,
        language text NOT NULL,
        chunks integer NOT NULL,
        words bigint NOT NULL
    )""",
    "CREATE INDEX knowledge_sizes_found ON knowledge_sizes (organisation_id)",
)

_COUNT = """
    INSERT INTO knowledge_terms (organisation_id, scope, term, chunks)
    SELECT organisation_id, scope, term, {sign}count(*) FROM {rows}, unnest(terms) AS term GROUP BY 1, 2, 3;
    INSERT INTO knowledge_sizes (organisation_id, scope, language, chunks, words)
    SELECT organisation_id, scope, language, {sign}count(*), {sign}sum(words) FROM {rows} GROUP BY 1, 2, 3;
"""
# A cascade from a deleted organisation reaches chunks when there is nothing left to count for.
_LIVING = (
    "(SELECT * FROM {table} WHERE EXISTS (SELECT FROM organisations WHERE id = {table}.organisation_id)) AS living"
)


def _function(name: str, body: str) -> str:
    return f"""
        CREATE FUNCTION knowledge_chunks_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {body}
            RETURN NULL;
        END $$"""


def _moved(one: str, other: str) -> str:
    return (
        f"(SELECT {one}.* FROM {one} JOIN {other} USING (id) WHERE ({one}.scope, {one}.terms, {one}.language) "
        f"IS DISTINCT FROM ({other}.scope, {other}.terms, {other}.language)) AS moved"
    )


def upgrade() -> None:
    """Add what passages are found by, and keep counts of words true."""
    op.execute(f"ALTER TABLE knowledge_chunks {', '.join(f'ADD COLUMN {column}' for column in _COLUMNS)}")
    op.execute("ALTER TABLE knowledge_chunks ALTER COLUMN tokens SET STORAGE EXTERNAL")
    op.execute("CREATE INDEX knowledge_chunks_terms ON knowledge_chunks USING gin (terms)")
    op.execute("CREATE INDEX knowledge_chunks_near ON knowledge_chunks USING hnsw (embedding vector_ip_ops)")
    op.execute("CREATE INDEX knowledge_chunks_seen ON knowledge_chunks (organisation_id, scope)")
    for statement in _TABLES:
        op.execute(statement)
    tenant_table(op, "knowledge_terms", privileges="SELECT, INSERT, DELETE")
    tenant_table(op, "knowledge_sizes", privileges="SELECT, INSERT, DELETE")
    bodies = {
        "added": _COUNT.format(sign="", rows="added"),
        "removed": _COUNT.format(sign="-", rows=_LIVING.format(table="removed")),
        "moved": _COUNT.format(sign="-", rows=_moved("removed", "added"))
        + _COUNT.format(sign="", rows=_moved("added", "removed")),
    }
    events = {
        "added": "INSERT ON knowledge_chunks REFERENCING NEW TABLE AS added",
        "removed": "DELETE ON knowledge_chunks REFERENCING OLD TABLE AS removed",
        "moved": "UPDATE ON knowledge_chunks REFERENCING OLD TABLE AS removed NEW TABLE AS added",
    }
    for name, body in bodies.items():
        op.execute(_function(name, body))
        op.execute(
            f"CREATE TRIGGER count_{name} AFTER {events[name]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION knowledge_chunks_{name}()"
        )


def downgrade() -> None:
    """Drop it all."""
    for name in ("added", "removed", "moved"):
        op.execute(f"DROP TRIGGER count_{name} ON knowledge_chunks")
        op.execute(f"DROP FUNCTION knowledge_chunks_{name}()")
    op.execute("DROP TABLE knowledge_sizes")
    op.execute("DROP TABLE knowledge_terms")
    for index in ("seen", "near", "terms"):
        op.execute(f"DROP INDEX knowledge_chunks_{index}")
    names = [column.split()[0] for column in _COLUMNS]
    op.execute(f"ALTER TABLE knowledge_chunks {', '.join(f'DROP COLUMN {name}' for name in names)}")

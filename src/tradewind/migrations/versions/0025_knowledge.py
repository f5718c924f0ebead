"""Knowledge: sources, documents, versions, drafts, crawled pages and chunks; scope and expiry are kept true by the database."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0025"
down_revision = "0024"

_SCOPES = "('public', 'clients', 'internal')"
_TABLES = (
    f"""
    CREATE TABLE knowledge_sources (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('qa', 'article', 'file', 'site')),
        name text NOT NULL CHECK (name <> ''),
        scope text NOT NULL CHECK (scope IN {_SCOPES}),
        settings jsonb NOT NULL DEFAULT '{{}}',
        status text NOT NULL DEFAULT 'ready' CHECK (status IN ('ready', 'working', 'failed')),
        error text,
        expires_at timestamptz,
        last_indexed_at timestamptz,
        next_crawl_at timestamptz,
        run_id uuid,
        created_by uuid,
        deleted_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
    )""",
    "CREATE INDEX knowledge_sources_newest ON knowledge_sources (organisation_id, created_at)",
    # own_scope is what the document asks for; scope is the narrower of that and the source's.
    f"""
    CREATE TABLE knowledge_documents (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        source_id uuid NOT NULL REFERENCES knowledge_sources (id) ON DELETE CASCADE,
        key text,
        title text NOT NULL,
        url text,
        scope text NOT NULL CHECK (scope IN {_SCOPES}),
        own_scope text CHECK (own_scope IN {_SCOPES}),
        language text,
        content text NOT NULL DEFAULT '',
        content_hash text NOT NULL DEFAULT '',
        current_version integer NOT NULL DEFAULT 0,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'indexed', 'failed', 'excluded')),
        error text,
        warnings jsonb NOT NULL DEFAULT '[]',
        file jsonb,
        fetched jsonb NOT NULL DEFAULT '{{}}',
        expires_at timestamptz,
        reviewed_at timestamptz,
        reminded_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (source_id, key)
    )""",
    "CREATE INDEX knowledge_documents_newest ON knowledge_documents (organisation_id, updated_at DESC, id DESC)",
    "CREATE INDEX knowledge_documents_waiting ON knowledge_documents (organisation_id, updated_at) "
    "WHERE status = 'pending' AND deleted_at IS NULL",
    """
    CREATE TABLE knowledge_versions (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        document_id uuid NOT NULL REFERENCES knowledge_documents (id) ON DELETE CASCADE,
        number integer NOT NULL,
        title text NOT NULL,
        content text NOT NULL,
        author_id uuid,
        author_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (document_id, number)
    )""",
    """
    CREATE TABLE knowledge_drafts (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        document_id uuid NOT NULL UNIQUE REFERENCES knowledge_documents (id) ON DELETE CASCADE,
        title text NOT NULL,
        content text NOT NULL,
        version integer NOT NULL DEFAULT 1,
        author_id uuid,
        author_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    # What a crawl has found: the queue while it runs, then what became of each address.
    """
    CREATE TABLE knowledge_pages (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        source_id uuid NOT NULL REFERENCES knowledge_sources (id) ON DELETE CASCADE,
        run_id uuid NOT NULL,
        url text NOT NULL,
        depth integer NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        state text NOT NULL DEFAULT 'waiting'
            CHECK (state IN ('waiting', 'kept', 'unchanged', 'skipped', 'gone', 'failed')),
        reason text,
        document_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (source_id, run_id, url)
    )""",
    "CREATE INDEX knowledge_pages_waiting ON knowledge_pages (source_id, run_id, depth, position) "
    "WHERE state = 'waiting'",
    f"""
    CREATE TABLE knowledge_chunks (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        document_id uuid NOT NULL REFERENCES knowledge_documents (id) ON DELETE CASCADE,
        source_id uuid NOT NULL REFERENCES knowledge_sources (id) ON DELETE CASCADE,
        ordinal integer NOT NULL,
        heading text NOT NULL DEFAULT '',
        content text NOT NULL,
        scope text NOT NULL CHECK (scope IN {_SCOPES}),
        expires_at timestamptz,
        embedding vector(384),
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX knowledge_chunks_of_document ON knowledge_chunks (document_id, ordinal)",
    "CREATE INDEX knowledge_chunks_of_source ON knowledge_chunks (source_id)",
)

# Row locks make these hold under concurrency: who adds a document or a chunk waits for a change of scope that is on
# its way, and the other way round. Each statement of a function sees what was committed before it began.
_FUNCTIONS = (
    """
    CREATE FUNCTION knowledge_narrower(one text, other text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN 'internal' IN (one, other) THEN 'internal'
            WHEN 'clients' IN (one, other) THEN 'clients' ELSE 'public' END
    $$""",
    """
    CREATE FUNCTION knowledge_document_scope() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        widest text;
    BEGIN
        SELECT scope INTO widest FROM knowledge_sources WHERE id = NEW.source_id FOR SHARE;
        IF NEW.own_scope IS NULL AND (TG_OP = 'INSERT' OR NEW.scope IS DISTINCT FROM OLD.scope)
                AND knowledge_narrower(NEW.scope, widest) <> widest THEN
            NEW.own_scope := NEW.scope;
        END IF;
        NEW.scope := knowledge_narrower(NEW.own_scope, widest);
        RETURN NEW;
    END $$""",
    """
    CREATE FUNCTION knowledge_source_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE knowledge_documents SET source_id = source_id WHERE source_id = NEW.id;
        RETURN NULL;
    END $$""",
    """
    CREATE FUNCTION knowledge_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        source_expires timestamptz;
    BEGIN
        IF NEW.deleted_at IS NOT NULL OR NEW.status = 'excluded' THEN
            DELETE FROM knowledge_chunks WHERE document_id = NEW.id;
            RETURN NULL;
        END IF;
        SELECT expires_at INTO source_expires FROM knowledge_sources WHERE id = NEW.source_id;
        UPDATE knowledge_chunks
        SET scope = NEW.scope, source_id = NEW.source_id, expires_at = least(NEW.expires_at, source_expires)
        WHERE document_id = NEW.id AND (scope, source_id, expires_at) IS DISTINCT FROM
            (NEW.scope, NEW.source_id, least(NEW.expires_at, source_expires));
        RETURN NULL;
    END $$""",
    """
    CREATE FUNCTION knowledge_chunk_added() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        document record;
        source_expires timestamptz;
    BEGIN
        SELECT scope, source_id, expires_at, deleted_at, status INTO document
        FROM knowledge_documents WHERE id = NEW.document_id FOR SHARE;
        IF document.deleted_at IS NOT NULL OR document.status = 'excluded' THEN
            RETURN NULL;
        END IF;
        SELECT expires_at INTO source_expires FROM knowledge_sources WHERE id = document.source_id;
        NEW.scope := document.scope;
        NEW.source_id := document.source_id;
        NEW.expires_at := least(document.expires_at, source_expires);
        RETURN NEW;
    END $$""",
)
_TRIGGERS = (
    "CREATE TRIGGER scope_of_source BEFORE INSERT OR UPDATE OF scope, own_scope, source_id ON knowledge_documents "
    "FOR EACH ROW EXECUTE FUNCTION knowledge_document_scope()",
    "CREATE TRIGGER documents_follow AFTER UPDATE OF scope, expires_at ON knowledge_sources FOR EACH ROW "
    "WHEN ((OLD.scope, OLD.expires_at) IS DISTINCT FROM (NEW.scope, NEW.expires_at)) "
    "EXECUTE FUNCTION knowledge_source_changed()",
    "CREATE TRIGGER chunks_follow AFTER UPDATE OF scope, own_scope, source_id, expires_at, deleted_at, status "
    "ON knowledge_documents FOR EACH ROW EXECUTE FUNCTION knowledge_document_changed()",
    "CREATE TRIGGER scope_of_document BEFORE INSERT ON knowledge_chunks "
    "FOR EACH ROW EXECUTE FUNCTION knowledge_chunk_added()",
)
_NAMES = ("sources", "documents", "versions", "drafts", "pages", "chunks")


def upgrade() -> None:
    """Create the tables and what keeps scope and expiry of chunks true."""
    for statement in (*_TABLES, *_FUNCTIONS):
        op.execute(statement)
    for name in _NAMES:
        tenant_table(op, f"knowledge_{name}")
    for statement in _TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Drop it all."""
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE knowledge_{name}")
    for function in ("chunk_added()", "document_changed()", "source_changed()", "document_scope()"):
        op.execute(f"DROP FUNCTION knowledge_{function}")
    op.execute("DROP FUNCTION knowledge_narrower(text, text)")

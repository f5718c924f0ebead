"""Scope and expiry of documents and chunks follow their source, kept by the database itself."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import text

from tradewind.kernel.clock import now
from tradewind.modules.knowledge.contracts import SCOPES
from tradewind.modules.knowledge.models import Chunk, Document, Source


@pytest.fixture
async def world(session, tenant):
    """A public source with a document and its chunk."""
    organisation_id = tenant.actor.organisation_id
    source = Source(organisation_id=organisation_id, kind="article", name="Help", scope="public")
    session.add(source)
    await session.flush()
    document = Document(organisation_id=organisation_id, source_id=source.id, title="Prices")
    session.add(document)
    await session.flush()
    chunk = Chunk(
        organisation_id=organisation_id, document_id=document.id, source_id=source.id, ordinal=0, content="€ 20",
        scope="public",
    )  # fmt: skip
    session.add(chunk)
    await session.flush()
    return source, document, chunk


async def seen(session, world):
    session.expire_all()
    source, document, chunk = world
    for row in world:
        await session.refresh(row)
    return source.scope, document.scope, chunk.scope


async def test_chunks_have_the_narrower_scope_of_source_and_document_whatever_changes(session, world):
    source, document, _ = world
    for wide, own in product(SCOPES, SCOPES):
        source.scope, document.own_scope = wide, own
        await session.flush()
        narrower = SCOPES[max(SCOPES.index(wide), SCOPES.index(own))]
        assert await seen(session, world) == (wide, narrower, narrower), (wide, own)
    document.own_scope = None
    source.scope = "clients"
    await session.flush()
    assert await seen(session, world) == ("clients", "clients", "clients")


async def test_a_chunk_cannot_be_wider_nor_a_deleted_document_have_any(session, world, tenant):
    source, document, _chunk = world
    document.own_scope = "internal"
    await session.flush()
    added = Chunk(
        organisation_id=tenant.actor.organisation_id, document_id=document.id, source_id=source.id, ordinal=1,
        content="secret", scope="public",
    )  # fmt: skip
    session.add(added)
    await session.flush()
    await session.refresh(added)
    assert added.scope == "internal"
    count = text("SELECT count(*) FROM knowledge_chunks WHERE document_id = :id")
    document.deleted_at = now()
    await session.flush()
    assert await session.scalar(count, {"id": document.id}) == 0
    await session.execute(
        text(
            "INSERT INTO knowledge_chunks (id, organisation_id, document_id, source_id, ordinal, content, scope) "
            "VALUES (gen_random_uuid(), :organisation, :document, :source, 2, 'late', 'public')"
        ),
        {"organisation": tenant.actor.organisation_id, "document": document.id, "source": source.id},
    )
    assert await session.scalar(count, {"id": document.id}) == 0


async def test_the_earlier_expiry_counts(session, world):
    source, document, chunk = world
    soon, late = now() + timedelta(days=1), now() + timedelta(days=9)
    document.expires_at = late
    await session.flush()
    await seen(session, world)
    assert chunk.expires_at == late
    source.expires_at = soon
    await session.flush()
    await seen(session, world)
    assert chunk.expires_at == soon
    source.expires_at = None
    await session.flush()
    await seen(session, world)
    assert chunk.expires_at == late

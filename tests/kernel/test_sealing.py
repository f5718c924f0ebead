"""Every column with a secret is sealed; sealed values are bound to their row and re-wrapped when keys rotate."""

import asyncio
import re

import pytest
from sqlalchemy import delete, select, text

from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import CryptoError, Vault, get_vault
from tradewind.kernel.database import Base
from tradewind.kernel.ids import new_id
from tradewind.kernel.rewrapping import key_uses, rewrap_all
from tradewind.kernel.sealing import Sealed, sealed_columns
from tradewind.modules.email.models.sink import BODY, LINK, SunkMail

EXPECTED = {
    "ai_connections.key_sealed": "ai.provider_key",
    "api_keys.signing_secret_sealed": "identity.api_key.signing",
    "calendar_apps.secret_sealed": "meetings.calendar_app",
    "calendar_authorisations.verifier_sealed": "meetings.calendar_verifier",
    "calendar_connections.secret_sealed": "meetings.calendar_secret",
    "calendar_connections.token_sealed": "meetings.calendar_token",
    "contact_points.address_sealed": "privacy.address",
    "email_arrivals.text_sealed": "email.arrival_text",
    "email_deliveries.address_sealed": "email.delivery_address",
    "email_domains.private_key_sealed": "email.domain_key",
    "email_mailboxes.password_sealed": "email.mailbox_password",
    "email_senders.secrets_sealed": "email.sender_secrets",
    "idempotency_keys.body_sealed": "kernel.idempotency",
    "mail_attachments.content_sealed": "email.attachment",
    "mail_sink.body_sealed": "email.body",
    "mail_sink.html_sealed": "email.html",
    "mail_sink.link_sealed": "email.link",
    "privacy_keys.key_sealed": "privacy.key",
    "send_intents.address_sealed": "sending.address",
    "signing_keys.private_sealed": "identity.signing_key",
    "chat_widgets.identity_secret_sealed": "chat.identity_secret",
    "chat_widgets.previous_secret_sealed": "chat.identity_secret",
    "sso_connections.secret_sealed": "identity.sso_secret",
    "sso_requests.secrets_sealed": "identity.sso_request",
    "user_sessions.sso_handle_sealed": "identity.sso_session",
    "lead_secrets.value_sealed": "leads.secret",
    "totp_factors.secret_sealed": "identity.totp",
    "webhook_endpoints.previous_secret_sealed": "webhooks.secret",
    "webhook_endpoints.secret_sealed": "webhooks.secret",
}
# “tokens” are counts of a model's, and times until the first.
_LOOKS_SECRET = re.compile(r"secret|password|private|token(?!s$|_ms$|_seconds$)|sealed|code|nonce|recovery|pem")
# Columns whose names sound like a secret, with what they hold instead.
IN_CLEAR = {
    "user_passwords.password_hash": "an Argon2id hash",
    "memberships.keeps_password": "yes or no",
    "signing_keys.public_pem": "the public half",
    "chat_widgets.previous_secret_until": "a time",
    "webhook_endpoints.previous_secret_until": "a time",
    "organisations.second_factor_required": "yes or no",
    "sso_attempts.code": "an outcome",
    "ai_connections.test_code": "an outcome",
    "calendar_connections.token_expires_at": "a time",
    "calendars.sync_token": "a place in a calendar's history, worthless without its password",
    "email_arrivals.code": "a mail server's enhanced status code",
    "email_deliveries.code": "a mail server's enhanced status code",
    "email_facts.code": "a mail server's enhanced status code",
    "event_rejections.code": "why an event was refused",
    "event_violations.code": "which rule of a plan an event broke",
    "oauth_grants.code_challenge": "a SHA-256 hash (PKCE)",
    "oauth_grants.code_expires_at": "a time",
    "oauth_grants.code_used_at": "a time",
    "scim_requests.token_name": "the name people gave a token",
    "auth_challenges.nonce": "lives minutes, worthless without the token that is hashed beside it",
    "recovery_codes.used_at": "a time",
}


@pytest.fixture(autouse=True)
def loaded():
    modules.load_all()


def test_the_sealed_columns_are_these():
    assert {str(column): column.type.purpose for column in sealed_columns()} == EXPECTED


def test_a_column_that_sounds_secret_is_sealed_or_hashed_or_says_what_it_holds():
    wrong = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if _LOOKS_SECRET.search(column.name)
        and not isinstance(column.type, Sealed)
        and not column.name.endswith("_hash")
        and f"{table.name}.{column.name}" not in IN_CLEAR
    ]
    assert wrong == []
    known = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns}
    assert set(IN_CLEAR) <= known


async def test_every_text_column_named_sealed_in_the_database_is_declared(database):
    async with database.transaction(Actor.system()) as session:
        named = await session.scalars(
            text(
                "SELECT table_name || '.' || column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND column_name LIKE '%\\_sealed'"
            )
        )
        assert set(named) == set(EXPECTED)
        tables = await session.scalars(text("SELECT tablename FROM pg_policies WHERE policyname LIKE 'owner\\_%'"))
        owned = {*tables, "signing_keys"}  # which no row-level security hides from the owner
    assert {column.partition(".")[0] for column in EXPECTED} <= owned


def test_a_value_opens_in_its_row_and_for_its_purpose_only():
    here, there = new_id(), new_id()
    sealed = BODY.seal(here, "hello")
    assert BODY.open_text(here, sealed) == "hello"
    for kind, row in ((BODY, there), (LINK, here)):
        with pytest.raises(CryptoError):
            kind.open(row, sealed)
    with pytest.raises(ValueError, match=r"email\.body is not sealed"):
        BODY.process_bind_param("hello", None)


async def test_rotation_renews_every_value_and_the_old_key_may_go(real_database):
    """Committed rows: the rotation works as the owner, on connections of its own."""
    old, newest = get_vault(), {"fresh": b"f" * 32}
    both, fresh = Vault(newest | old._keys), Vault(newest)
    organisation_id = new_id()
    mails = {new_id(): f"mail {number}" for number in range(7)}
    async with real_database.transaction(Actor.system(organisation_id)) as session:
        for row_id, body in mails.items():
            session.add(
                SunkMail(
                    id=row_id, organisation_id=organisation_id, kind="invitation", to_email="a@b.example", to_name="",
                    subject="", body_sealed=BODY.seal(row_id, body),
                )
            )  # fmt: skip
    told: list[int] = []

    async def rewrapped(vault: Vault, batch: int = 500):
        results = await rewrap_all(real_database, vault, batch=batch, progress=lambda one: told.append(one.rewrapped))
        return {result.column: (result.rewrapped, result.unreadable) for result in results}

    async def stored() -> dict:
        async with real_database.transaction(Actor.system(organisation_id)) as session:
            return {row.id: row.body_sealed for row in await session.scalars(select(SunkMail))}

    try:
        assert (await rewrapped(both, batch=3))["mail_sink.body_sealed"] == (7, 0)
        assert {3, 6, 7} <= set(told), "progress is told batch by batch"
        assert {use.key_id for use in await key_uses(real_database)} == {"fresh"}
        opened = {row: fresh.decrypt_text(body, BODY.context(row)) for row, body in (await stored()).items()}
        assert opened == mails
        assert set((await rewrapped(both)).values()) == {(0, 0)}, "nothing is left for a second run"
        before = await stored()
        lost = await rewrapped(Vault({"third": b"t" * 32}))
        assert lost["mail_sink.body_sealed"] == (0, 7)
        assert await stored() == before, "what cannot be opened is left as it is"
    finally:
        await rewrapped(Vault(old._keys | newest))
        async with real_database.transaction(Actor.system(organisation_id)) as session:
            await session.execute(delete(SunkMail))


async def test_a_row_that_is_held_is_passed_over_and_waited_for(real_database):
    old, organisation_id, held, free = get_vault(), new_id(), new_id(), new_id()
    both = Vault({"fresh": b"f" * 32} | old._keys)
    async with real_database.transaction(Actor.system(organisation_id)) as session:
        for row_id in (held, free):
            session.add(
                SunkMail(
                    id=row_id, organisation_id=organisation_id, kind="invitation", to_email="a@b.example", to_name="",
                    subject="", body_sealed=BODY.seal(row_id, "hello"),
                )
            )  # fmt: skip
    first_pass = asyncio.Event()

    def progress(result) -> None:
        if result.column == "mail_sink.body_sealed" and result.rewrapped == 1:
            first_pass.set()

    try:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            async with real_database.transaction(Actor.system(organisation_id)) as holder:
                await holder.scalar(select(SunkMail).where(SunkMail.id == held).with_for_update())
                rotation = tasks.create_task(rewrap_all(real_database, both, progress=progress))
                await first_pass.wait()
            results = {result.column: result.rewrapped for result in await rotation}
        assert results["mail_sink.body_sealed"] == 2
    finally:
        await rewrap_all(real_database, Vault(old._keys | {"fresh": b"f" * 32}), progress=lambda one: None)
        async with real_database.transaction(Actor.system(organisation_id)) as session:
            await session.execute(delete(SunkMail))

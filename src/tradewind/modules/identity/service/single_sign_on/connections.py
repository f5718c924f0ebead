"""Connections to identity providers: adding, changing, removing, and what they are shown as."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Conflict, Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.errors import OrganisationNotFound
from tradewind.modules.identity.errors_sso import ConnectionNotFound, NobodyKeepsPassword, SsoRefused
from tradewind.modules.identity.models.single_sign_on import CLIENT_SECRET, SsoAttempt, SsoConnection
from tradewind.modules.identity.repository import single_sign_on as repository
from tradewind.modules.identity.service import audit, roles
from tradewind.modules.identity.service.acting import acting_as
from tradewind.modules.identity.service.single_sign_on import oidc, saml, saml_keys
from tradewind.modules.identity.service.single_sign_on.claims import Site
from tradewind.modules.identity.service.single_sign_on.oidc import OidcSettings
from tradewind.modules.identity.service.single_sign_on.saml import SamlSettings

MAX_CONNECTIONS = 20
Kind = Literal["oidc", "saml"]


@dataclass(frozen=True, slots=True)
class Change:
    """New values of a connection; what is not in a mapping stays. `client_secret` None removes the secret."""

    common: Mapping[str, Any]
    oidc: Mapping[str, Any] | None = None
    saml: Mapping[str, Any] | None = None


def oidc_settings(connection: SsoConnection) -> OidcSettings:
    """The settings of an OIDC connection."""
    return OidcSettings(**connection.settings)


def saml_settings(connection: SsoConnection) -> SamlSettings:
    """The settings of a SAML connection."""
    return SamlSettings(**connection.settings)


def secret(connection: SsoConnection) -> str | None:
    """What we prove ourselves with, opened: the client secret of OIDC, our private key of SAML."""
    if connection.secret_sealed is None:
        return None
    return CLIENT_SECRET.open_text(connection.id, connection.secret_sealed)


async def public_settings(session: AsyncSession, connection_id: UUID) -> SamlSettings:
    """The settings of a SAML connection, whoever asks. Raises ConnectionNotFound."""
    organisation_id = await repository.organisation_of(session, connection_id)
    if organisation_id is None:
        raise ConnectionNotFound()
    async with acting_as(session, Actor.system(organisation_id)):
        found = await find(session, connection_id)
    if found.kind != "saml":
        raise ConnectionNotFound()
    return saml_settings(found)


async def listed(session: AsyncSession) -> Sequence[SsoConnection]:
    """Connections of the organisation, oldest first."""
    return await repository.connections(session)


async def find(session: AsyncSession, connection_id: UUID, *, lock: bool = False) -> SsoConnection:
    """A connection of the organisation. Raises ConnectionNotFound."""
    found = await repository.connection(session, connection_id, lock=lock)
    if found is None:
        raise ConnectionNotFound()
    return found


async def create(session: AsyncSession, site: Site, *, kind: Kind, change: Change) -> SsoConnection:
    """Add a connection. Raises Invalid naming the fields, Conflict past the limit."""
    if len(await repository.connections(session)) >= MAX_CONNECTIONS:
        raise Conflict(f"An organisation has at most {MAX_CONNECTIONS} connections.", code="identity.sso_too_many")
    added = SsoConnection(
        id=new_id(), organisation_id=organisation_of(session), kind=kind, settings={}, version=1, enabled=False,
        creates_users=True, default_role="analyst", role_rules=[],
    )  # fmt: skip
    await _apply(session, site, added, change)
    session.add(added)
    await session.flush()
    await audit.record(
        session, action="sso_connection.created", subject_type="sso_connection", subject_id=added.id,
        after=_shown(added),
    )  # fmt: skip
    return added


async def update(
    session: AsyncSession, site: Site, connection_id: UUID, change: Change, *, if_match: str | None
) -> SsoConnection:
    """Change a connection. Another issuer makes the linked identities worthless: they are forgotten.

    Raises ConnectionNotFound, PreconditionFailed, Invalid.
    """
    found = await find(session, connection_id, lock=True)
    before, sealed = _shown(found), found.secret_sealed
    check_version(if_match, found.version, before)
    issuer = _issuer(found)
    await _apply(session, site, found, change)
    after = _shown(found)
    if after == before and sealed == found.secret_sealed:
        return found
    if _issuer(found) != issuer:
        await repository.forget_links(session, found.id)
    found.version += 1
    await session.flush()
    changed = {key for key in after if after[key] != before[key]}
    await audit.record(
        session, action="sso_connection.updated", subject_type="sso_connection", subject_id=found.id,
        before={key: before[key] for key in changed}, after={key: after[key] for key in changed},
        reason="The secret was replaced." if sealed != found.secret_sealed else None,
    )  # fmt: skip
    return found


async def remove(session: AsyncSession, connection_id: UUID) -> None:
    """Remove a connection with its links and history; its people stay members. Raises ConnectionNotFound."""
    found = await find(session, connection_id, lock=True)
    before = _shown(found)
    await session.delete(found)
    await session.flush()
    await audit.record(
        session, action="sso_connection.removed", subject_type="sso_connection", subject_id=connection_id,
        before=before,
    )  # fmt: skip


async def attempts(session: AsyncSession, connection_id: UUID) -> Sequence[SsoAttempt]:
    """The last sign-ins and tests, newest first. Raises ConnectionNotFound."""
    await find(session, connection_id)
    return await repository.attempts(session, connection_id)


async def links(session: AsyncSession, connection_id: UUID) -> Sequence[Any]:
    """Linked people, last seen first. Raises ConnectionNotFound."""
    await find(session, connection_id)
    return await repository.links(session, connection_id)


async def unlink(session: AsyncSession, connection_id: UUID, link_id: UUID) -> None:
    """Forget who an identity is; the next sign-in decides anew. Raises ConnectionNotFound."""
    user_id = await repository.remove_link(session, connection_id, link_id)
    if user_id is None:
        raise ConnectionNotFound("There is no such linked person.")
    await audit.record(session, action="sso.unlinked", subject_type="user", subject_id=user_id)


async def administrators(session: AsyncSession) -> Sequence[Any]:
    """Active administrators, with whether they keep their password where single sign-on is required."""
    return await repository.administrators(session, organisation_of(session))


async def keep_passwords(session: AsyncSession, user_ids: set[UUID]) -> None:
    """Choose the administrators whom the demand for single sign-on does not bind.

    Raises Invalid for others than active administrators, NobodyKeepsPassword while a domain demands it.
    """
    admins = {row.id: row for row in await administrators(session)}
    if not user_ids <= admins.keys():
        message = "Only active administrators can keep their password."
        raise Invalid(message, errors=[{"field": "user_ids", "message": message}])
    if not user_ids and any(domain.required for domain in await repository.domains(session)):
        raise NobodyKeepsPassword("While a domain demands single sign-on, somebody must be able to get in without it.")
    before = sorted(str(key) for key, row in admins.items() if row.keeps_password)
    await repository.set_password_keepers(session, organisation_of(session), user_ids)
    await audit.record(
        session, action="sso.password_keepers_changed", before={"user_ids": before},
        after={"user_ids": sorted(str(user_id) for user_id in user_ids)},
    )  # fmt: skip


def organisation_of(session: AsyncSession) -> UUID:
    """The organisation the session acts in. Raises OrganisationNotFound."""
    organisation_id = actor_of(session).organisation_id
    if organisation_id is None:
        raise OrganisationNotFound()
    return organisation_id


async def _apply(session: AsyncSession, site: Site, connection: SsoConnection, change: Change) -> None:
    given = change.oidc if connection.kind == "oidc" else change.saml
    if (change.saml if connection.kind == "oidc" else change.oidc) is not None:
        raise _invalid("kind", f"This connection is of the kind {connection.kind}.")
    for name, value in change.common.items():
        setattr(connection, name, value)
    await _check_role(session, "default_role", connection.default_role)
    for index, rule in enumerate(connection.role_rules):
        await _check_role(session, f"role_rules.{index}.role", rule["role"])
    if given is not None or not connection.settings:
        if connection.kind == "oidc":
            _apply_oidc(site, connection, given or {})
        else:
            await _apply_saml(site, connection, given or {})


async def _check_role(session: AsyncSession, field: str, key: str) -> None:
    role = await roles.find(session, key)
    if role is None:
        raise _invalid(field, "There is no such role.")
    await roles.check_grant(session, role)


def _apply_oidc(site: Site, connection: SsoConnection, given: Mapping[str, Any]) -> None:
    values = dict(given)
    if "client_secret" in values:
        given_secret = values.pop("client_secret")
        sealed = CLIENT_SECRET.seal(connection.id, given_secret) if given_secret else None
        if not (given_secret and given_secret == secret(connection)):
            connection.secret_sealed = sealed
    values = {**connection.settings, **{name: value for name, value in values.items() if value is not None}}
    for field in ("issuer", "client_id"):
        if not values.get(field):
            raise _invalid(f"oidc.{field}", "This is needed.")
    # Many providers show the address of their discovery document only.
    values["issuer"] = values["issuer"].removesuffix(oidc.DISCOVERY)
    try:
        oidc.check_address(values["issuer"], site, "issuer")
    except SsoRefused as refusal:
        raise _invalid("oidc.issuer", refusal.detail) from refusal
    if "openid" not in str(values.get("scopes", "openid")).split():
        raise _invalid("oidc.scopes", "The scope “openid” must be among them.")
    connection.settings = asdict(OidcSettings(**values))


async def _apply_saml(site: Site, connection: SsoConnection, given: Mapping[str, Any]) -> None:
    values = dict(given)
    document = values.pop("metadata_xml", None)
    new_key = values.pop("new_key", None) or not connection.settings.get("our_certificate")
    source = "saml.metadata_xml"
    try:
        if document is None and values.get("metadata_url"):
            source = "saml.metadata_url"
            document = await saml.fetch_metadata(values["metadata_url"], site)
        if document is not None:
            raw = document if isinstance(document, bytes) else document.encode()
            values |= asdict(saml.read_metadata(raw))
        elif values.get("certificates"):
            source = "saml.certificates"
            values["certificates"] = [saml.normal_certificate(text) for text in values["certificates"]]
        values = {key: v for key, v in values.items() if v is not None or key not in ("signs_requests", "signs_out")}
        values = {**connection.settings, **values}
        for field in ("entity_id", "sso_url", "certificates"):
            if not values.get(field):
                raise _invalid(f"saml.{field}", "Give the provider's metadata, or fill this in.")
        source = "saml.sso_url" if document is None else source
        oidc.check_address(values["sso_url"], site, "sign-in address")
        for address in filter(None, (values.get("slo_url"), values.get("slo_answer_url"))):
            oidc.check_address(address, site, "address for signing out")
    except SsoRefused as refusal:
        raise _invalid(source, refusal.detail) from refusal
    if new_key:
        pair = await asyncio.to_thread(saml_keys.new_key_pair)
        values["our_certificate"] = pair.certificate
        connection.secret_sealed = CLIENT_SECRET.seal(connection.id, pair.private_key)
    connection.settings = asdict(SamlSettings(**values))


def _issuer(connection: SsoConnection) -> str:
    return str(connection.settings.get("issuer" if connection.kind == "oidc" else "entity_id", ""))


def _shown(connection: SsoConnection) -> dict[str, Any]:
    names = ("kind", "name", "enabled", "creates_users", "default_role", "role_rules", "settings")
    return {name: getattr(connection, name) for name in names}


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": message}])

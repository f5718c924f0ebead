"""Looking at a connection before anyone signs in: what is right, doubtful or wrong, in words."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.modules.identity.models.single_sign_on import SsoConnection
from tradewind.modules.identity.service.single_sign_on import connections, oidc, saml
from tradewind.modules.identity.service.single_sign_on.claims import Site

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Literal["ok", "warning", "error"]
    text: str


async def check(connection: SsoConnection, site: Site) -> list[Finding]:
    """All findings, in the order in which a sign-in would meet them. Asks the provider, changes nothing."""
    if connection.kind == "oidc":
        return await _check_oidc(connection, site)
    return await _check_saml(connection, site)


async def _check_oidc(connection: SsoConnection, site: Site) -> list[Finding]:
    settings = connections.oidc_settings(connection)
    try:
        provider = await oidc.discover(settings, site, fresh=True)
    except SsoRefused as refusal:
        return [Finding("error", refusal.detail)]
    told = provider.document
    found = [
        Finding("ok", f"The discovery document was read; the issuer is {provider.issuer}."),
        _among(told.get("response_types_supported"), "code", "The provider offers the authorization code flow."),
        _among(told.get("code_challenge_methods_supported"), "S256", "The provider offers PKCE (S256)."),
    ]
    found += [_scope(told, scope) for scope in settings.scopes.split()]
    offered = told.get("id_token_signing_alg_values_supported")
    if isinstance(offered, list) and not set(oidc.ALGORITHMS).intersection(map(str, offered)):
        found.append(Finding("error", f"ID tokens are signed with {', '.join(map(str, offered))[:200]}: not accepted."))
    try:
        keys = await oidc.keys_of(provider, site, force=True)
    except SsoRefused as refusal:
        return [*found, Finding("error", refusal.detail)]
    if keys:
        found.append(Finding("ok", f"{len(keys)} signing key{'s' if len(keys) > 1 else ''} can be used."))
    else:
        found.append(Finding("error", f"{provider.jwks_uri} holds no signing key that can be used (RSA or EC)."))
    if settings.signs_out:
        found.append(_sign_out("The provider has an address for signing out.", provider.end_session_endpoint))
    if connection.secret_sealed is None:
        found.append(Finding("warning", "No client secret is set: the provider must know this as a public client."))
    return found


def _among(offered: object, wanted: str, text: str) -> Finding:
    if not isinstance(offered, list):
        return Finding("warning", f"The provider does not say whether it offers “{wanted}”.")
    return Finding("ok", text) if wanted in offered else Finding("error", f"The provider does not offer “{wanted}”.")


def _scope(told: dict[str, object], scope: str) -> Finding:
    offered = told.get("scopes_supported")
    if isinstance(offered, list) and scope not in offered:
        return Finding("warning", f"The provider does not list the scope “{scope}”.")
    return Finding("ok", f"The scope “{scope}” can be asked for.")


async def _check_saml(connection: SsoConnection, site: Site) -> list[Finding]:
    settings = connections.saml_settings(connection)
    found = [Finding("ok", f"The provider is {settings.entity_id}; people sign in at {settings.sso_url}.")]
    found += [_certificate(saml.certificate_facts(text)) for text in settings.certificates]
    if settings.signs_out:
        found.append(_sign_out(f"People sign out at {settings.slo_url}.", settings.slo_url))
    if settings.metadata_url is None:
        return found
    try:
        told = saml.read_metadata(await saml.fetch_metadata(settings.metadata_url, site))
    except SsoRefused as refusal:
        return [*found, Finding("warning", f"{refusal.detail} Sign-in goes on with what was read before.")]
    if told == saml.Metadata.stored(settings):
        return [*found, Finding("ok", "The metadata at its address is what is stored here.")]
    return [*found, Finding("warning", "The metadata at its address has changed. Save the connection to take it over.")]


def _sign_out(text: str, address: object) -> Finding:
    if address:
        return Finding("ok", text)
    return Finding("warning", "The provider has no address for signing out: people stay signed in there.")


def _certificate(found: saml.CertificateFacts) -> Finding:
    if found.expires_at <= now():
        return Finding("error", f"The certificate “{found.subject}” ended on {found.expires_at:%Y-%m-%d}.")
    if found.expires_at <= now() + _SOON:
        return Finding("warning", f"The certificate “{found.subject}” ends on {found.expires_at:%Y-%m-%d}.")
    return Finding("ok", f"The certificate “{found.subject}” is valid until {found.expires_at:%Y-%m-%d}.")

"""OpenID Connect: authorization code with PKCE, and everything an ID token is checked for.

After OpenID Connect Core 1.0 (3.1.2, 3.1.3.7), Discovery 1.0, RFC 7636 (S256) and RFC 9207.
"""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError
from tradewind.kernel.http import BlockedAddress, OutboundClient
from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.modules.identity.service.single_sign_on.claims import (
    ProviderIdentity,
    ProviderSession,
    Site,
    claim_at,
    groups_of,
    subject_of,
    text_of,
)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
DISCOVERY = "/.well-known/openid-configuration"
LEEWAY = timedelta(seconds=60)
_KEPT = timedelta(hours=1)
_REREAD_AT_MOST_EVERY = timedelta(seconds=60)
_MAX_BYTES = 512 * 1024
_MAX_TOKEN = 64 * 1024
_MIN_RSA_BITS = 2048
_REMEMBERED = 500
_NOT_SHOWN = frozenset({"at_hash", "c_hash", "nonce", "sid", "jti"})


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """What an organisation says about its provider."""

    issuer: str
    client_id: str
    scopes: str = "openid profile email"
    groups_claim: str = "groups"
    signs_out: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider says about itself in its discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journey:
    """The secrets of one sign-in on its way: `state` travels, `nonce` comes back in the token, `verifier` stays."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Journey":
        """Fresh random values of 256 bits."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """The PKCE code challenge, method S256."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())


@dataclass(slots=True)
class _Entry:
    value: Any
    read_at: datetime
    forced_at: datetime | None = None


class _Cache:
    """Answers by URL, at most `_KEPT` old; the oldest are forgotten."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def get(self, url: str) -> _Entry | None:
        entry = self._entries.get(url)
        return entry if entry is not None and abs(now() - entry.read_at) < _KEPT else None

    def put(self, url: str, value: Any, forced_at: datetime | None = None) -> None:
        self._entries[url] = _Entry(value, now(), forced_at)
        while len(self._entries) > _REMEMBERED:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self._entries.clear()


documents = _Cache()
key_sets = _Cache()


def client(site: Site) -> OutboundClient:
    """The HTTP client for providers; private addresses are out of reach unless the installation allows them."""
    return OutboundClient(
        "single-sign-on",
        guard=not site.local_providers,
        timeout_seconds=10,
        attempts=2,
        max_response_bytes=_MAX_BYTES,
        headers={"Accept": "application/json"},
    )


def check_address(url: Any, site: Site, what: str) -> str:
    """A URL of a provider that may be used: https, or http too where local providers are allowed."""
    parts = urlsplit(url) if isinstance(url, str) and len(url) <= 2000 and url.isprintable() else None
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        raise SsoRefused(f"The provider's {what} is not a web address.", "provider_misconfigured")
    if parts.scheme == "http" and not site.local_providers:
        raise SsoRefused(f"The provider's {what} does not use https.", "provider_misconfigured")
    return str(url)


async def discover(settings: OidcSettings, site: Site, *, fresh: bool = False) -> Provider:
    """The provider's discovery document. Raises SsoRefused where it cannot be read or does not fit the issuer."""
    url = check_address(settings.issuer, site, "issuer").rstrip("/") + DISCOVERY
    known = None if fresh else documents.get(url)
    document = known.value if known else await _read(site, url, "discovery document")
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != settings.issuer.rstrip("/"):
        raise SsoRefused(
            f"The discovery document names the issuer “{text_of(issuer) or 'nothing'}”, the connection says "
            f"“{settings.issuer}”. Both must be the same.",
            "wrong_issuer",
        )
    provider = Provider(
        issuer=issuer,
        authorization_endpoint=check_address(document.get("authorization_endpoint"), site, "authorization endpoint"),
        token_endpoint=check_address(document.get("token_endpoint"), site, "token endpoint"),
        jwks_uri=check_address(document.get("jwks_uri"), site, "key address (jwks_uri)"),
        userinfo_endpoint=document.get("userinfo_endpoint"),
        end_session_endpoint=document.get("end_session_endpoint"),
        document=document,
    )
    if known is None:
        documents.put(url, document)
    return provider


async def keys_of(provider: Provider, site: Site, *, force: bool = False) -> list[Key]:
    """The provider's signing keys. `force` reads them again, but at most once a minute."""
    known = key_sets.get(provider.jwks_uri)
    if known and not force:
        return known.value
    if known and known.forced_at and now() - known.forced_at < _REREAD_AT_MOST_EVERY:
        return known.value
    answer = await _read(site, provider.jwks_uri, "key set")
    listed = answer.get("keys")
    keys = [key for key in map(_usable, listed if isinstance(listed, list) else []) if key is not None]
    key_sets.put(provider.jwks_uri, keys, forced_at=now() if known else None)
    return keys


def authorization_url(
    provider: Provider, settings: OidcSettings, site: Site, journey: Journey, hint: str | None
) -> str:
    """Where to send the browser. `hint` is the address the person typed, if any."""
    parameters = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": site.redirect_uri,
        "scope": settings.scopes,
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": journey.challenge,
        "code_challenge_method": "S256",
    }
    if hint:
        parameters["login_hint"] = hint
    separator = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return provider.authorization_endpoint + separator + urlencode(parameters)


async def identify(
    settings: OidcSettings, secret: str | None, site: Site, journey: Journey, *, code: str, issuer: str | None
) -> ProviderIdentity:
    """Trade the code of a callback for a verified identity. `issuer` is the callback's `iss`, where it has one.

    Raises SsoRefused with the reason.
    """
    provider = await discover(settings, site)
    if issuer is not None and issuer != provider.issuer:
        raise SsoRefused("The answer came from another provider than the one that was asked.", "wrong_issuer")
    tokens = await _exchange(provider, settings, secret, site, journey, code)
    claims = await verify(
        tokens.get("id_token"), provider, settings, site, nonce=journey.nonce, access_token=tokens.get("access_token")
    )
    if text_of(claims.get("email")) is None or claim_at(claims, settings.groups_claim) is None:
        claims = await _with_userinfo(provider, site, claims, tokens.get("access_token"))
    sid = text_of(claims.get("sid"))
    return replace(identity_of(claims, settings), session=ProviderSession(sid, {"id_token": str(tokens["id_token"])}))


def identity_of(claims: dict[str, Any], settings: OidcSettings) -> ProviderIdentity:
    """Verified claims in our terms. A provider that says “not verified” is taken at its word, in any spelling."""
    verified = claims.get("email_verified")
    if verified is not None:
        verified = verified is True or verified == "true"
    whole = " ".join(part for key in ("given_name", "family_name") if (part := text_of(claims.get(key))))
    return ProviderIdentity(
        issuer=claims["iss"],
        subject=subject_of(claims.get("sub")),
        email=text_of(claims.get("email")),
        email_verified=verified,
        name=text_of(claims.get("name")) or whole or text_of(claims.get("preferred_username")),
        groups=groups_of(claim_at(claims, settings.groups_claim)),
        claims={key: value for key, value in claims.items() if key not in _NOT_SHOWN},
    )


async def verify(
    token: Any, provider: Provider, settings: OidcSettings, site: Site, *, nonce: str, access_token: Any = None
) -> dict[str, Any]:
    """The claims of an ID token after all checks. Raises SsoRefused."""
    if token is None:
        raise SsoRefused("The provider sent no ID token. Does the connection ask for the scope “openid”?", "no_token")
    claims = await signed_claims(token, provider, settings, site)
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise SsoRefused("The ID token belongs to another sign-in (its nonce differs).", "wrong_nonce")
    algorithm = str(_header(token, "ID token")["alg"])
    if "at_hash" in claims and not _access_token_fits(claims["at_hash"], access_token, algorithm):
        raise SsoRefused("The access token does not belong to the ID token (at_hash differs).", "wrong_token")
    return claims


async def signed_claims(
    token: Any, provider: Provider, settings: OidcSettings, site: Site, *, what: str = "ID token"
) -> dict[str, Any]:
    """The claims of a token that the provider has signed for us, now. Raises SsoRefused."""
    if not isinstance(token, str) or len(token) > _MAX_TOKEN:
        raise SsoRefused(f"What the provider sent is no {what}.", "no_token")
    header = _header(token, what)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise SsoRefused(
            f"The {what} is signed with “{text_of(algorithm) or 'nothing'}”. Accepted are {', '.join(ALGORITHMS)}.",
            "algorithm_refused",
        )
    if "crit" in header:
        raise SsoRefused(f"The {what} demands extensions that are not known here.", "algorithm_refused")
    kid = header.get("kid")
    keys = _fitting(await keys_of(provider, site), algorithm, kid)
    if not keys:
        keys = _fitting(await keys_of(provider, site, force=True), algorithm, kid)
    claims = _first_verified(token, keys, algorithm)
    if claims is None and kid is None:
        # Without a key id a rotation looks like a wrong signature.
        claims = _first_verified(token, _fitting(await keys_of(provider, site, force=True), algorithm, kid), algorithm)
    if claims is None:
        raise SsoRefused(
            f"The {what}'s signature does not fit any of the provider's keys."
            if keys
            else f"The {what} is signed with a key that the provider does not publish.",
            "wrong_signature",
        )
    _check_parties(claims, provider, settings, what)
    _check_times(claims, what)
    return claims


def _check_parties(claims: dict[str, Any], provider: Provider, settings: OidcSettings, what: str) -> None:
    if claims.get("iss") != provider.issuer:
        raise SsoRefused(
            f"The {what} was issued by “{text_of(claims.get('iss')) or 'nobody'}”, not by “{provider.issuer}”.",
            "wrong_issuer",
        )
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if settings.client_id not in audiences or (party is not None and party != settings.client_id):
        raise SsoRefused(f"The {what} was made for another application (audience).", "wrong_audience")
    if len(audiences) > 1 and party is None:
        raise SsoRefused(f"The {what} names several audiences but no authorised party (azp).", "wrong_audience")


def _check_times(claims: dict[str, Any], what: str) -> None:
    moment = now().timestamp()
    leeway = LEEWAY.total_seconds()
    for name in ("exp", "iat"):
        if not _is_number(claims.get(name)):
            raise SsoRefused(f"The {what} does not say its “{name}”.", "wrong_time")
    if claims["exp"] + leeway <= moment:
        raise SsoRefused(f"The {what} has expired. Check the clocks of both servers.", "wrong_time")
    if claims["iat"] - leeway > moment or (_is_number(claims.get("nbf")) and claims["nbf"] - leeway > moment):
        raise SsoRefused(f"The {what} is from the future. Check the clocks of both servers.", "wrong_time")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _header(token: str, what: str) -> dict[str, Any]:
    try:
        head = token.split(".", 1)[0]
        header = orjson.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise SsoRefused(f"What the provider sent is no {what}.", "no_token")
    return header


def _usable(entry: Any) -> Key | None:
    """A public signing key; symmetric keys, encryption keys and short ones are left out."""
    if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC") or entry.get("use") not in (None, "sig"):
        return None
    try:
        key = JWKRegistry.import_key({name: value for name, value in entry.items() if name != "key_ops"})
        if isinstance(key, RSAKey) and key.public_key.key_size < _MIN_RSA_BITS:
            return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key


def _fitting(keys: Sequence[Key], algorithm: str, kid: Any) -> Sequence[Key]:
    kind = ECKey if algorithm.startswith("ES") else RSAKey
    return [
        key
        for key in keys
        if isinstance(key, kind) and key.alg in (None, algorithm) and (kid is None or key.kid == kid)
    ][:8]


def _first_verified(token: str, keys: Sequence[Key], algorithm: str) -> dict[str, Any] | None:
    for key in keys:
        try:
            return dict(jwt.decode(token, key, algorithms=[algorithm]).claims)
        except (JoseError, ValueError, TypeError):
            continue
    return None


def _access_token_fits(at_hash: Any, access_token: Any, algorithm: str) -> bool:
    if not isinstance(at_hash, str) or not isinstance(access_token, str):
        return False
    digest = hashlib.new(f"sha{algorithm[2:]}", access_token.encode()).digest()
    return hmac.compare_digest(_base64url(digest[: len(digest) // 2]).encode(), at_hash.encode())


async def _exchange(
    provider: Provider, settings: OidcSettings, secret: str | None, site: Site, journey: Journey, code: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": site.redirect_uri,
        "code_verifier": journey.verifier,
    }
    headers: dict[str, str] = {}
    methods = provider.document.get("token_endpoint_auth_methods_supported")
    if secret is None or (isinstance(methods, list) and "client_secret_basic" not in methods):
        form["client_id"] = settings.client_id
        if secret is not None:
            form["client_secret"] = secret
    else:
        pair = f"{quote(settings.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    async with client(site) as http:
        answer = await sent(http.post(provider.token_endpoint, data=form, headers=headers), "token endpoint")
    body = _json(answer.content)
    if answer.status_code != 200 or body is None:
        told = text_of((body or {}).get("error")) or f"status {answer.status_code}"
        more = text_of((body or {}).get("error_description"))
        hint = " Check client id and client secret." if told in ("invalid_client", "unauthorized_client") else ""
        said = f"{told}: {more}" if more else told
        raise SsoRefused(f"The provider's token endpoint refused the code ({said}).{hint}", "code_refused")
    return body


async def _with_userinfo(provider: Provider, site: Site, claims: dict[str, Any], token: Any) -> dict[str, Any]:
    """Claims completed from the user-info endpoint, where there is one; it may add, never replace."""
    if provider.userinfo_endpoint is None or not isinstance(token, str):
        return claims
    url = check_address(provider.userinfo_endpoint, site, "user-info endpoint")
    async with client(site) as http:
        answer = await sent(http.get(url, headers={"Authorization": f"Bearer {token}"}), "user-info endpoint")
    more = _json(answer.content)
    if answer.status_code != 200 or more is None:
        return claims
    if more.get("sub") != claims.get("sub"):
        raise SsoRefused("The user-info endpoint speaks of someone else than the ID token.", "wrong_token")
    return {**more, **claims}


async def _read(site: Site, url: str, what: str) -> dict[str, Any]:
    async with client(site) as http:
        answer = await sent(http.get(url), what)
    body = _json(answer.content)
    if answer.status_code != 200:
        raise SsoRefused(f"{url} answered with status {answer.status_code}.", "provider_unreachable")
    if body is None:
        raise SsoRefused(f"The provider's {what} at {url} is not JSON.", "provider_misconfigured")
    return body


async def sent(exchange: Any, what: str) -> Any:
    """The answer of an HTTP exchange, or SsoRefused in the provider's terms."""
    try:
        return await exchange
    except BlockedAddress as error:
        raise SsoRefused(
            f"The provider's {what} lies in a private network, which this installation does not allow "
            "(TRADEWIND_LOCAL_IDENTITY_PROVIDERS).",
            "provider_blocked",
        ) from error
    except AppError as error:
        raise SsoRefused(f"The provider's {what} cannot be reached: {error.detail}", "provider_unreachable") from error


def _json(content: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

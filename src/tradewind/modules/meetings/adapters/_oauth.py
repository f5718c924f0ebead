"""OAuth 2.0 with PKCE (RFC 6749, 7636) as calendar and meeting vendors speak it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx
import orjson
from pydantic import SecretStr

from tradewind.kernel.clock import now
from tradewind.kernel.http import OutboundClient, OutboundError
from tradewind.modules.meetings.adapters._base import OAuth, stood_in
from tradewind.modules.meetings.errors_calendars import AuthorisationRefused, CredentialsRefused

_EARLY = timedelta(seconds=60)
_TOKEN_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The organisation's app at the vendor."""

    client_id: str
    secret: SecretStr
    tenant: str = "common"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the vendor gave; `refresh` is None where it did not give another one."""

    access: SecretStr
    refresh: SecretStr | None
    expires_at: datetime


def authorisation_address(
    oauth: OAuth, app: App, *, state: str, verifier: str, redirect_uri: str, stand_in: str | None
) -> str:
    """Where the person's browser goes to give permission."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"scope": " ".join(oauth.scopes)} if oauth.scopes else {}),
        **oauth.offline,
    }
    return f"{_address(oauth.authorise_at, app, stand_in)}?{urlencode(parameters)}"


async def exchange(
    oauth: OAuth, app: App, *, code: str, verifier: str, redirect_uri: str, stand_in: str | None
) -> Tokens:
    """Tokens for the code that came back with the browser. Raises AuthorisationRefused, OutboundError."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    answer = await _ask(oauth, app, form, stand_in)
    if answer.status_code != 200:
        raise AuthorisationRefused(f"The vendor refused the sign-in ({_told(answer)}). Check the app's id and secret.")
    return _tokens(answer)


async def refresh(oauth: OAuth, app: App, token: SecretStr, *, stand_in: str | None) -> Tokens:
    """New tokens for a refresh token. Raises CredentialsRefused where it holds no more, OutboundError."""
    form = {"grant_type": "refresh_token", "refresh_token": token.get_secret_value()}
    answer = await _ask(oauth, app, form, stand_in)
    if answer.status_code in (400, 401, 403):
        raise CredentialsRefused(f"The permission was withdrawn or has ended ({_told(answer)}).")
    if answer.status_code != 200:
        raise OutboundError(f"The vendor's sign-in answered with status {answer.status_code}.")
    return _tokens(answer)


async def _ask(oauth: OAuth, app: App, form: dict[str, str], stand_in: str | None) -> httpx.Response:
    auth = None
    if oauth.basic:
        auth = (app.client_id, app.secret.get_secret_value())
    else:
        form = {**form, "client_id": app.client_id, "client_secret": app.secret.get_secret_value()}
    async with OutboundClient("calendar_oauth", auth=auth, attempts=2, max_response_bytes=200_000) as http:
        return await http.post(_address(oauth.tokens_at, app, stand_in), data=form)


def _address(address: str, app: App, stand_in: str | None) -> str:
    return stood_in(address.replace("{tenant}", app.tenant), stand_in)


def _tokens(answer: httpx.Response) -> Tokens:
    body = content(answer)
    access, more = body.get("access_token"), body.get("refresh_token")
    lasts = body.get("expires_in", 3600)
    if not isinstance(access, str) or not access or len(access) > _TOKEN_CHARACTERS:
        raise OutboundError("The vendor's sign-in gave no access token.")
    seconds = lasts if isinstance(lasts, int) and 0 < lasts < 10**7 else 3600
    return Tokens(
        access=SecretStr(access),
        refresh=SecretStr(more) if isinstance(more, str) and 0 < len(more) <= _TOKEN_CHARACTERS else None,
        expires_at=now() + timedelta(seconds=seconds) - _EARLY,
    )


def content(answer: httpx.Response) -> dict[str, object]:
    """The JSON object of an answer; empty if it is none."""
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _told(answer: httpx.Response) -> str:
    error = content(answer).get("error")
    return error[:100] if isinstance(error, str) else f"status {answer.status_code}"

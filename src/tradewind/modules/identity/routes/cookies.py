"""The cookies of a browser session, and problem answers that must not roll the transaction back."""

import hmac

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from tradewind.kernel.errors import AppError
from tradewind.modules.identity.authenticator import (
    ACCESS_COOKIE,
    AUTH_PATH,
    CSRF_COOKIE,
    CSRF_HEADER,
    REFRESH_COOKIE,
    csrf_token,
)
from tradewind.modules.identity.errors import CsrfFailed
from tradewind.modules.identity.service.access_tokens import LIFETIME
from tradewind.modules.identity.service.sessions import REFRESH_LIFETIME, Tokens

_ACCESS_SECONDS = int(LIFETIME.total_seconds())
_REFRESH_SECONDS = int(REFRESH_LIFETIME.total_seconds())


def set_session(request: Request, response: Response, tokens: Tokens) -> None:
    """Put a session into the browser: both tokens out of reach of scripts, the CSRF value readable."""
    secure = _secure(request)
    set_access(request, response, tokens.access_token)
    response.set_cookie(
        REFRESH_COOKIE, tokens.refresh_token, max_age=_REFRESH_SECONDS, path=AUTH_PATH,
        httponly=True, secure=secure, samesite="lax",
    )  # fmt: skip
    response.set_cookie(
        CSRF_COOKIE, csrf_token(tokens.session_id), max_age=_REFRESH_SECONDS, path="/",
        httponly=False, secure=secure, samesite="lax",
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"


def set_access(request: Request, response: Response, access_token: str) -> None:
    """Replace the access token only."""
    response.set_cookie(
        ACCESS_COOKIE, access_token, max_age=_ACCESS_SECONDS, path="/",
        httponly=True, secure=_secure(request), samesite="lax",
    )  # fmt: skip


def clear_session(response: Response) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(ACCESS_COOKIE, path="/")
    response.delete_cookie(REFRESH_COOKIE, path=AUTH_PATH)
    response.delete_cookie(CSRF_COOKIE, path="/")


def refresh_cookie(request: Request) -> str | None:
    """The refresh token of the browser, if the request proves that the web app sent it. Raises CsrfFailed."""
    token = request.cookies.get(REFRESH_COOKIE)
    if not token:
        return None
    expected = request.cookies.get(CSRF_COOKIE, "").encode()
    if not expected or not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), expected):
        raise CsrfFailed("Repeat the value of the cookie tw_csrf in the header X-CSRF-Token.")
    return token


def refused(request: Request, failure: AppError) -> JSONResponse:
    """A problem answer that is returned instead of raised, so that what was recorded about it is committed."""
    return JSONResponse(
        failure.problem(getattr(request.state, "request_id", None)),
        status_code=failure.status,
        media_type="application/problem+json",
        headers=failure.headers,
    )


def user_agent(request: Request) -> str:
    """The caller's User-Agent header."""
    return request.headers.get("user-agent", "")


def _secure(request: Request) -> bool:
    public_url = request.app.state.settings.public_url or ""
    return request.url.scheme == "https" or public_url.startswith("https://")

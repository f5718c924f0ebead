"""Steps that several tests of signing in share."""

import httpx
from pyotp import TOTP

from tradewind.kernel.clock import now

STRONG = "tidal-orchard-73-violin"
LOGIN = "/api/v1/auth/login"
SECOND = "/api/v1/auth/login/second-factor"


def csrf(client: httpx.AsyncClient) -> dict[str, str]:
    """The header that the web app adds to writes."""
    return {"X-CSRF-Token": client.cookies["tw_csrf"]}


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app with this secret shows now, or so many time steps later."""
    return TOTP(secret).at(now(), counter_offset=steps)


async def post(client: httpx.AsyncClient, path: str, body: dict | None = None) -> httpx.Response:
    """A write by the signed-in client, by cookie or by token."""
    headers = csrf(client) if "tw_csrf" in client.cookies else {}
    return await client.post(f"/api/v1{path}", json=body, headers=headers)


async def add_app(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Give the signed-in person an authenticator app: its secret and the recovery codes."""
    secret = (await post(client, "/me/factors/totp")).json()["secret"]
    answer = await post(client, "/me/factors/totp/confirm", {"code": code_of(secret)})
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["recovery_codes"]


async def log_in(client: httpx.AsyncClient, email: str, password: str = STRONG) -> httpx.Response:
    """The first step, with a browser that knows nothing."""
    client.cookies.clear()
    return await client.post(LOGIN, json={"email": email, "password": password})


async def challenge_of(client: httpx.AsyncClient, email: str, password: str = STRONG) -> str:
    """The challenge that the right password gives."""
    answer = await log_in(client, email, password)
    assert answer.status_code == 202, answer.text
    return answer.json()["challenge"]

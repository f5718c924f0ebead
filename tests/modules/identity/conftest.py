"""Fixtures of the identity tests."""

import httpx
import pytest

from tradewind.modules.email.api import recent_mails

STRONG = "tidal-orchard-73-violin"


@pytest.fixture
def mailbox(database, drain):
    """`await mailbox("ada@example.com")`: mails to an address, newest first, after running what is queued."""

    async def read(address: str):
        await drain()
        return [mail for mail in await recent_mails(database, limit=200) if mail.to_email == address]

    return read


@pytest.fixture
def sign_up(anonymous: httpx.AsyncClient):
    """`await sign_up("ada@example.com")`: a new account; the client then holds its cookies."""

    async def run(email: str, *, password: str = STRONG, name: str = "Ada Lovelace", organisation: str = "Engines"):
        payload = {"name": name, "email": email, "password": password, "organisation_name": organisation}
        return await anonymous.post("/api/v1/auth/sign-up", json=payload)

    return run

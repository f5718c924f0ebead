"""A rotation of master keys killed in the middle: done again it finishes, and then the old key may go."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from installation import Installation, wait_until
from tradewind.kernel.crypto import Vault, generate_key, parse_keys
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id
from tradewind.modules.email.models.sink import BODY
from tradewind.settings import Settings

pytestmark = pytest.mark.crash
MAILS = 400
FIRST, SECOND = generate_key("k1"), generate_key("k2")


@pytest.fixture
def installation(install) -> Installation:
    return install(TRADEWIND_SECRET_KEYS=FIRST)


def with_owner(home: Path, *statements: tuple[str, list[dict]]) -> list[tuple]:
    """Run statements as the owner; returns the rows of the last one."""

    async def run() -> list[tuple]:
        database = Database(Settings(home=home, _env_file=None))  # pyright: ignore[reportCallIssue]
        database.start_server()
        rows: list[tuple] = []
        try:
            async with database.owner_connection() as connection:
                for sql, values in statements:
                    result = await connection.execute(text(sql), values or None)
                    rows = [tuple(row) for row in result] if result.returns_rows else []
        finally:
            if database.embedded is not None:
                database.embedded.stop()
        return rows

    return asyncio.run(run())


def tell(installation: Installation, keys: str, *arguments: str) -> tuple[int, str]:
    """Run `tradewind secrets …` with these master keys: exit code and what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tradewind.cli", "secrets", *arguments],
        env=os.environ | {"TRADEWIND_HOME": str(installation.home), "TRADEWIND_SECRET_KEYS": keys, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_killed_rotation_is_done_again(installation: Installation) -> None:
    vault = Vault(parse_keys(FIRST))
    organisation = new_id()
    mails = {new_id(): f"Mail {number} with https://tradewind.test/reset?token={number}" for number in range(MAILS)}
    with_owner(
        installation.home,
        ("INSERT INTO organisations (id, name, slug) VALUES (:id, 'Engines', 'engines')", [{"id": organisation}]),
        (
            "INSERT INTO mail_sink (id, organisation_id, kind, to_email, to_name, subject, body_sealed) "
            "VALUES (:id, :organisation_id, 'reset_password', 'ada@people.example', 'Ada', 'Reset', :body)",
            [
                {"id": row, "organisation_id": organisation, "body": vault.encrypt(body, BODY.context(row))}
                for row, body in mails.items()
            ],
        ),
    )
    count = "SELECT count(*) FROM mail_sink WHERE body_sealed LIKE 'tw1.k2.%'"
    installation.environment["TRADEWIND_SECRET_KEYS"] = f"{SECOND},{FIRST}"
    rotation = installation.start("secrets", "rotate", "--batch", "1")
    wait_until(lambda: with_owner(installation.home, (count, []))[0][0] >= 5, what="the first values")
    rotation.kill()
    rotation.wait(60)
    renewed = with_owner(installation.home, (count, []))[0][0]
    assert 5 <= renewed < MAILS

    code, said = tell(installation, f"{SECOND},{FIRST}", "status")
    assert (code, "Master key k1 is still needed." in said) == (0, True), said
    code, said = tell(installation, f"{SECOND},{FIRST}", "rotate")
    assert code == 0, said
    assert f"{MAILS - renewed} values re-wrapped." in said
    assert "Nothing hangs on master key k1: it may be removed." in said

    code, said = tell(installation, SECOND, "status")
    assert code == 0, said
    new = Vault(parse_keys(SECOND))
    rows = with_owner(installation.home, ("SELECT id, body_sealed FROM mail_sink", []))
    assert {row: new.decrypt_text(body, BODY.context(row)) for row, body in rows} == mails
    code, said = tell(installation, FIRST, "status")
    assert (code, "Master key k2 is not configured" in said) == (1, True), said

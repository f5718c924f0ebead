"""The examples of docs/guides/api-keys.md, run as they stand against a real server."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from installation import Installation

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "api-keys.md").read_text()
SCOPES = ["leads:read", "leads:write"]


def blocks(language: str) -> list[str]:
    """Code blocks of the guide in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def run(command: list[str], **environment: str) -> str:
    """What a program prints."""
    told = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


@pytest.fixture(scope="module")
def founder(server: Installation):
    """The administrator of an organisation."""
    with contextlib.closing(server.signed_up("founder@people.example")) as client:
        yield client


def test_the_caller_is_whom_the_trusted_proxy_names(server: Installation, founder) -> None:
    assert {session["ip"] for session in founder.get("/api/v1/me/sessions").json()} == {server.caller}


def test_commands(server: Installation, founder) -> None:
    key = founder.post("/api/v1/keys", json={"name": "Guide", "scopes": SCOPES}).json()
    first, second = (
        run(["bash", "-c", block.replace("curl ", "curl -sS ")], TRADEWIND_URL=server.url, TRADEWIND_KEY=key["secret"])
        for block in blocks("sh")
        if block.startswith("curl")
    )
    assert json.loads(first)["scopes"] == SCOPES
    assert json.loads(second)["first_name"] == "Ada"


def test_the_signing_program(server: Installation, founder) -> None:
    key = founder.post("/api/v1/keys", json={"name": "Guide", "kind": "signed", "scopes": SCOPES}).json()
    [program] = blocks("python")
    told = run(
        [sys.executable, "-c", program],
        TRADEWIND_URL=server.url, TRADEWIND_KEY_ID=key["id"], TRADEWIND_SIGNING_SECRET=key["secret"], NO_PROXY="*",
    )  # fmt: skip
    lead_id, found = told.split()
    assert founder.get(f"/api/v1/leads/{lead_id}").json()["email"] == "ada@example.com"
    assert int(found) >= 1


def test_the_command_line(server: Installation, founder) -> None:
    [command] = [block for block in blocks("sh") if block.startswith("tradewind")]
    prepared = command.replace("ada@example.com", "founder@people.example").replace(
        "tradewind ", f"{sys.executable} -m tradewind.cli "
    )
    told = run(["bash", "-c", prepared], TRADEWIND_HOME=str(server.home))
    secret = re.search(r"tw_live_\w+", told)
    assert secret is not None
    current = founder.get("/api/v1/keys/current", headers={"Authorization": f"Bearer {secret[0]}"}).json()
    assert (current["name"], current["scopes"]) == ("Nightly export", ["deals:read", "leads:read"])

"""The receiver of the guide works as printed."""

import re
import socket
import subprocess
import sys

from installation import free_port, wait_until


async def test_the_receiver_of_the_guide(client, secret_of, add_lead, drain, request, tmp_path):
    guide = (request.config.rootpath / "docs" / "guides" / "webhooks.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    script = tmp_path / "receiver.py"
    script.write_text(program)
    port = free_port()
    body = {"url": f"http://127.0.0.1:{port}/tradewind", "event_types": ["lead.created"]}
    added = (await client.post("/api/v1/webhook-endpoints", json=body)).json()
    environment = {"WEBHOOK_SECRET": await secret_of(added["id"])}
    with (tmp_path / "printed").open("w") as out:
        process = subprocess.Popen([sys.executable, str(script), str(port)], env=environment, stdout=out)
    try:
        wait_until(lambda: _listens(port), what="the receiver to listen")
        lead_id = await add_lead()
        await drain()
        [entry] = (await client.get("/api/v1/webhook-deliveries")).json()["items"]
        assert (entry["state"], entry["last_status"]) == ("delivered", 204)
        await client.post(f"/api/v1/webhook-deliveries/{entry['id']}/replays")
        await drain()
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "printed").read_text() == f"lead.created {{'lead_id': '{lead_id}'}}\n"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

"""Encrypted custom fields: what they say is in one sealed column, shown one by one, and nowhere else."""

from sqlalchemy import text

VALUE = "DE89 3704 0044 0532 0130 00"


async def _lead(client, name: str) -> str:
    return (await client.post("/api/v1/leads", json={"first_name": name})).json()["id"]


async def test_a_value_is_sealed_shown_on_request_and_each_look_recorded(client, client_for, database, tenant):
    made = await client.post("/api/v1/custom-fields", json={"label": "IBAN", "kind": "secret"})
    assert made.status_code == 201, made.text
    field = made.json()
    assert (field["classification"], field["used_for_scoring"], field["filterable"]) == ("sensitive", False, False)
    lead, other = await _lead(client, "Ada"), await _lead(client, "Ada Two")
    path = f"/api/v1/leads/{lead}/secrets"
    assert (await client.get(path)).json()[0]["set_at"] is None
    assert (await client.post(f"{path}/{field['id']}/reveal")).json()["code"] == "leads.secret_not_set"
    stored = await client.put(f"{path}/{field['id']}", json={"value": f" {VALUE} "})
    assert stored.status_code == 200, stored.text
    assert (stored.json()["label"], VALUE in stored.text) == ("IBAN", False)
    shown = await client.post(f"{path}/{field['id']}/reveal")
    assert (shown.json(), shown.headers["cache-control"]) == ({"value": VALUE}, "no-store")

    async with database.transaction(tenant.actor) as session:
        rows = (await session.execute(text("SELECT * FROM lead_secrets"))).mappings().all()
        assert len(rows) == 1
        assert rows[0]["value_sealed"].startswith("tw1.")
        everything = await session.scalar(text("SELECT string_agg(t::text, ' ') FROM (SELECT * FROM leads) t"))
        audited = await session.scalar(text("SELECT string_agg(t::text, ' ') FROM audit_log t"))
    assert "3704" not in everything + audited
    log = (await client.get("/api/v1/audit-log", params={"action": "lead"})).json()["items"]
    assert [row["action"] for row in log[:2]] == ["lead.secret_revealed", "lead.secret_set"]
    assert log[0]["after"] == {"field_id": field["id"], "key": "iban"}

    analyst = await client_for("analyst")
    assert (await analyst.get(path)).json()[0]["set_at"] is not None
    assert (await analyst.post(f"{path}/{field['id']}/reveal")).status_code == 403
    assert (await analyst.put(f"{path}/{field['id']}", json={"value": "x"})).status_code == 403

    # Nothing that lists, filters, exports, scores or imports knows the field.
    assert (await client.get("/api/v1/custom-fields")).json() == []
    assert len((await client.get("/api/v1/custom-fields?secret=true")).json()) == 1
    assert "iban" not in (await client.get("/api/v1/leads/fields")).text
    wrong = await client.patch(f"/api/v1/leads/{lead}", json={"custom": {"iban": "x"}})
    assert wrong.json()["errors"][0]["field"] == "custom.iban"
    asked = await client.get("/api/v1/leads", params={"filter": '{"field":"custom.iban","op":"is","value":"x"}'})
    assert asked.status_code == 422
    for body, name in (({"entity": "deal"}, "kind"), ({"filterable": True}, "filterable")):
        refused = await client.post("/api/v1/custom-fields", json={"label": "X", "kind": "secret", **body})
        assert refused.json()["errors"][0]["field"] == name
    await client.patch(f"/api/v1/custom-fields/{field['id']}", json={"filterable": True, "classification": "internal"})
    [kept] = (await client.get("/api/v1/custom-fields?secret=true")).json()
    assert (kept["filterable"], kept["classification"]) == (False, "sensitive")
    assert (await client.put(f"{path}/{field['id']}", json={"value": "x•••"})).status_code == 422

    # A merge carries values over without losing any; its undo gives them back.
    await client.put(f"/api/v1/leads/{other}/secrets/{field['id']}", json={"value": "of the other"})
    merged = (await client.post("/api/v1/leads/merge", json={"winner_id": lead, "loser_ids": [other]})).json()
    assert (await client.post(f"{path}/{field['id']}/reveal")).json() == {"value": "of the other"}
    undone = await client.post(f"/api/v1/merges/{merged['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert (await client.post(f"{path}/{field['id']}/reveal")).json() == {"value": VALUE}
    assert (await client.delete(f"{path}/{field['id']}")).status_code == 204
    assert (await client.get(path)).json()[0]["set_at"] is None

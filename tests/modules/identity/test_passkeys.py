"""Passkeys, with an authenticator in software: registering, signing in alone and as second factor, and forgeries."""

import pytest
from tests.modules.identity.people import SECOND, STRONG, add_app, challenge_of, csrf, log_in, post
from tests.modules.identity.software_passkey import PRESENT, SoftwarePasskey

ADA = "ada@example.com"


async def register(client, passkey: SoftwarePasskey, name: str = "Laptop"):
    started = (await post(client, "/me/factors/passkeys/challenge")).json()
    body = {"challenge": started["challenge"], "name": name, "credential": passkey.create(started["options"])}
    return await post(client, "/me/factors/passkeys", body)


async def start(client):
    """Challenge and options of a sign-in by passkey, in a browser that knows nothing."""
    client.cookies.clear()
    started = (await client.post("/api/v1/auth/passkey/challenge")).json()
    return started["challenge"], started["options"]


async def sign_in(client, passkey: SoftwarePasskey):
    challenge, options = await start(client)
    return await client.post("/api/v1/auth/passkey", json={"challenge": challenge, "credential": passkey.get(options)})


@pytest.fixture
async def ada(sign_up, anonymous):
    """A signed-in person with one passkey: `(client, passkey)`."""
    await sign_up(ADA)
    passkey = SoftwarePasskey()
    assert (await register(anonymous, passkey)).status_code == 201
    return anonymous, passkey


async def test_registering_gives_recovery_codes_once(sign_up, anonymous):
    await sign_up(ADA)
    first = (await register(anonymous, SoftwarePasskey())).json()
    assert len(first["recovery_codes"]) == 10
    assert first["passkey"]["name"] == "Laptop"
    assert (await register(anonymous, SoftwarePasskey(), "Phone")).json()["recovery_codes"] == []
    read = (await anonymous.get("/api/v1/me/factors")).json()
    assert [passkey["name"] for passkey in read["passkeys"]] == ["Laptop", "Phone"]


async def test_options_ask_for_discoverable_keys_that_verify_their_owner(ada):
    client, _ = ada
    options = (await post(client, "/me/factors/passkeys/challenge")).json()["options"]
    assert options["rp"] == {"name": "Tradewind", "id": "localhost"}
    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert len(options["excludeCredentials"]) == 1
    _, options = await start(client)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"


async def test_a_passkey_signs_in_alone(ada):
    client, passkey = ada
    opened = await sign_in(client, passkey)
    assert opened.status_code == 200, opened.text
    assert (await client.get("/api/v1/me")).json()["user"]["email"] == ADA
    [current] = [row for row in (await client.get("/api/v1/me/sessions")).json() if row["current"]]
    assert current["methods"] == ["passkey"]


async def test_a_passkey_is_the_second_factor_after_a_password(ada):
    client, passkey = ada
    needed = (await log_in(client, ADA)).json()
    assert needed["methods"] == ["passkey", "recovery_code"]
    [allowed] = needed["passkey_options"]["allowCredentials"]
    credential = passkey.get(needed["passkey_options"])
    assert allowed["id"] == credential["id"]
    proof = {"challenge": needed["challenge"], "method": "passkey", "credential": credential}
    assert (await client.post(SECOND, json=proof)).status_code == 200


async def test_a_counter_that_goes_back_is_refused(ada):
    client, passkey = ada
    assert (await sign_in(client, passkey)).status_code == 200
    copy_counter = passkey.counter - 1
    passkey.counter = copy_counter
    copied = await sign_in(client, passkey)
    assert (copied.status_code, copied.json()["code"]) == (422, "identity.passkey_refused")
    assert not client.cookies
    assert (await sign_in(client, passkey)).status_code == 200, "the rightful one goes on"


async def test_synced_passkeys_count_nothing(sign_up, anonymous):
    await sign_up(ADA)
    passkey = SoftwarePasskey()
    await register(anonymous, passkey)
    for _ in range(2):
        passkey.counter = -1
        assert (await sign_in(anonymous, passkey)).status_code == 200


async def test_forged_answers_are_refused(ada):
    client, passkey = ada
    stranger = SoftwarePasskey()
    stranger.credential_id = passkey.credential_id
    elsewhere = SoftwarePasskey(origin="https://evil.example")
    elsewhere.key, elsewhere.credential_id = passkey.key, passkey.credential_id
    other_port = SoftwarePasskey(origin="http://localhost:9999")
    other_port.key, other_port.credential_id = passkey.key, passkey.credential_id

    def signed(options):
        return passkey.get(options)

    forgeries = {
        "another key": lambda options: stranger.get(options),
        "another site": lambda options: elsewhere.get(options),
        "another port": lambda options: other_port.get(options),
        "another site's id": lambda options: signed(options | {"rpId": "evil.example"}),
        "another challenge": lambda options: signed(options | {"challenge": "AAAA"}),
        "nobody verified": lambda options: passkey.get(options, flags=PRESENT),
        "nobody present": lambda options: passkey.get(options, flags=0),
        "unknown": lambda options: SoftwarePasskey().get(options),
        "somebody else's handle": lambda options: _with(signed(options), userHandle="AAAAAAAAAAAAAAAAAAAAAA"),
        "no signature": lambda options: _with(signed(options), signature="AAAA"),
        "cut data": lambda options: _with(signed(options), authenticatorData="AAAA"),
        "no JSON": lambda options: _with(signed(options), clientDataJSON="AAAA"),
        "id and raw id differ": lambda options: signed(options) | {"id": "AAAA"},
    }
    answers = {}
    for name, forge in forgeries.items():
        challenge, options = await start(client)
        answer = await client.post("/api/v1/auth/passkey", json={"challenge": challenge, "credential": forge(options)})
        answers[name] = answer.status_code
        assert not client.cookies, name
        if answer.status_code == 422:
            assert answer.json()["code"] == "identity.passkey_refused", name
    # More than five a minute for one account are too many, as with passwords.
    assert set(answers.values()) <= {422, 429}, answers


def _with(credential, **changes):
    return credential | {"response": credential["response"] | changes}


async def test_a_challenge_is_for_one_answer(ada):
    client, passkey = ada
    challenge, options = await start(client)
    body = {"challenge": challenge, "credential": passkey.get(options)}
    assert (await client.post("/api/v1/auth/passkey", json=body)).status_code == 200
    client.cookies.clear()
    again = await client.post("/api/v1/auth/passkey", json=body)
    assert again.json()["code"] == "identity.challenge_ended"
    challenge, options = await start(client)
    wrong = SoftwarePasskey().get(options)
    await client.post("/api/v1/auth/passkey", json={"challenge": challenge, "credential": wrong})
    retried = await client.post(
        "/api/v1/auth/passkey", json={"challenge": challenge, "credential": passkey.get(options)}
    )
    assert retried.json()["code"] == "identity.challenge_ended", "a failed answer spends it too"


async def test_a_challenge_ends_after_five_minutes(ada, frozen):
    client, passkey = ada
    challenge, options = await start(client)
    frozen.tick(301)
    body = {"challenge": challenge, "credential": passkey.get(options)}
    assert (await client.post("/api/v1/auth/passkey", json=body)).json()["code"] == "identity.challenge_ended"


async def test_challenges_do_not_change_their_purpose(ada):
    client, passkey = ada
    registering = (await post(client, "/me/factors/passkeys/challenge")).json()
    sign_in_options = {"challenge": registering["options"]["challenge"], "rpId": "localhost"}
    body = {"challenge": registering["challenge"], "credential": passkey.get(sign_in_options)}
    assert (await client.post("/api/v1/auth/passkey", json=body)).json()["code"] == "identity.challenge_ended"
    stepping = (await post(client, "/auth/step-up/challenge")).json()
    body = {"challenge": stepping["challenge"], "credential": passkey.get(stepping["options"])}
    assert (await client.post("/api/v1/auth/passkey", json=body)).json()["code"] == "identity.challenge_ended"


async def test_a_registration_belongs_to_the_session_that_began_it(ada, sign_up):
    client, _ = ada
    started = (await post(client, "/me/factors/passkeys/challenge")).json()
    client.cookies.clear()
    await sign_up("mallory@example.com", name="Mallory")
    passkey = SoftwarePasskey()
    body = {"challenge": started["challenge"], "name": "x", "credential": passkey.create(started["options"])}
    assert (await post(client, "/me/factors/passkeys", body)).json()["code"] == "identity.challenge_ended"


async def test_the_same_passkey_cannot_belong_to_two(ada, sign_up):
    client, passkey = ada
    client.cookies.clear()
    await sign_up("mallory@example.com", name="Mallory")
    twice = await register(client, passkey)
    assert (twice.status_code, twice.json()["code"]) == (409, "identity.passkey_known")


@pytest.mark.parametrize("flags", [0, PRESENT])
async def test_keys_that_do_not_verify_their_owner_are_not_taken(sign_up, anonymous, flags):
    await sign_up(ADA)
    started = (await post(anonymous, "/me/factors/passkeys/challenge")).json()
    credential = SoftwarePasskey().create(started["options"], flags=flags)
    body = {"challenge": started["challenge"], "name": "x", "credential": credential}
    assert (await post(anonymous, "/me/factors/passkeys", body)).json()["code"] == "identity.passkey_refused"


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
@pytest.mark.parametrize("rubbish", ["AAAA", "oA", "____", "gA", "v_8", "A" * 4000])
async def test_rubbish_is_no_passkey(sign_up, anonymous, part, rubbish):
    await sign_up(ADA)
    started = (await post(anonymous, "/me/factors/passkeys/challenge")).json()
    credential = _with(SoftwarePasskey().create(started["options"]), **{part: rubbish})
    body = {"challenge": started["challenge"], "name": "x", "credential": credential}
    assert (await post(anonymous, "/me/factors/passkeys", body)).json()["code"] == "identity.passkey_refused"


async def test_renaming_and_removing(ada, client):
    owner, passkey = ada
    [own] = (await owner.get("/api/v1/me/factors")).json()["passkeys"]
    url = f"/api/v1/me/factors/passkeys/{own['id']}"
    for method, body in (("PATCH", {"name": "Mine"}), ("DELETE", None)):
        assert (await client.request(method, url, json=body)).status_code == 404, "another person's"
    renamed = await owner.patch(url, json={"name": "Office key"}, headers=csrf(owner))
    assert renamed.json()["name"] == "Office key"
    assert (await owner.delete(url, headers=csrf(owner))).status_code == 204
    assert (await sign_in(owner, passkey)).json()["code"] == "identity.passkey_refused"
    assert (await log_in(owner, ADA)).status_code == 200


async def test_the_last_of_several_factors_stays_while_required(ada, frozen):
    client, _ = ada
    await add_app(client)
    rule = {"second_factor_required": True}
    assert (await client.put("/api/v1/organisation/security", json=rule, headers=csrf(client))).status_code == 200
    [own] = (await client.get("/api/v1/me/factors")).json()["passkeys"]
    first = await client.delete(f"/api/v1/me/factors/passkeys/{own['id']}", headers=csrf(client))
    last = await client.delete("/api/v1/me/factors/totp", headers=csrf(client))
    assert (first.status_code, last.status_code) == (204, 409)


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        (None, ("localhost", "http://localhost:8420")),
        ("https://crm.example.com", ("crm.example.com", "https://crm.example.com")),
        ("https://crm.example.com:8443/", ("crm.example.com", "https://crm.example.com:8443")),
        ("http://192.168.1.20:8420", None),
    ],
)
def test_passkeys_are_bound_to_the_public_address(monkeypatch, settings, public_url, expected):
    from tradewind.modules.identity.service import passkeys

    made = settings.model_copy(update={"public_url": public_url, "host": "127.0.0.1", "port": 8420})
    monkeypatch.setattr(passkeys, "get_settings", lambda: made)
    site = passkeys.relying_party()
    assert (site and (site.id, site.origin)) == expected


async def test_without_a_host_name_other_factors_still_work(ada, monkeypatch):
    from tradewind.modules.identity.service import passkeys

    client, _ = ada
    monkeypatch.setattr(passkeys, "relying_party", lambda: None)
    assert (await post(client, "/me/factors/passkeys/challenge")).json()["code"] == "identity.passkeys_unavailable"
    needed = (await log_in(client, ADA)).json()
    assert needed["passkey_options"] is None
    assert "recovery_code" in needed["methods"]
    challenge = await challenge_of(client, ADA, STRONG)
    proof = {"challenge": challenge, "method": "recovery_code", "code": "wrong"}
    assert (await client.post(SECOND, json=proof)).status_code == 422

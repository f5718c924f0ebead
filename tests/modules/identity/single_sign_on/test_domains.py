"""Domains: proof by a real DNS exchange or by an administrator, capture, and the demand for single sign-on."""

import socket
import threading

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from tests.modules.identity.single_sign_on.conftest import change, error_of

from tradewind.kernel.access import Actor
from tradewind.kernel.testing.fixtures import PASSWORD, make_tenant
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.service.single_sign_on import domains

DOMAINS = "/api/v1/sso/domains"


@pytest.fixture
def zone(monkeypatch):
    """TXT records by name, served by a name server in a thread; None there means: no answer."""
    records: dict[str, str | None] = {}
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            data, address = server.recvfrom(4096)
            if data == b"stop":
                return
            query = dns.message.from_wire(data)
            name = query.question[0].name
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.AA
            key = name.to_text(omit_final_dot=True)
            if key not in records:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif records[key] is None:
                continue
            else:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{records[key]}"'))
            server.sendto(answer.to_wire(), address)

    thread = threading.Thread(target=serve)
    thread.start()

    def resolver():
        made = dns.asyncresolver.Resolver(configure=False)
        made.nameservers = ["127.0.0.1"]
        made.port = server.getsockname()[1]
        made.lifetime = 60 if None not in records.values() else 1
        return made

    monkeypatch.setattr(domains, "resolver", resolver)
    yield records
    server.sendto(b"stop", server.getsockname())
    thread.join()
    server.close()


async def claim(client, name: str, **more) -> dict:
    answer = await client.post(DOMAINS, json={"domain": name, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def prove(client, domain: dict, proof: str = "dns"):
    return await client.post(f"{DOMAINS}/{domain['id']}/proof", json={"proof": proof})


async def test_a_domain_counts_once_its_txt_record_is_there(client, zone, browser, provider, connection):
    domain = await claim(client, "@Harbour.Example")
    assert (domain["domain"], domain["proof"]) == ("harbour.example", None)
    assert domain["record_name"] == "_tradewind.harbour.example"
    assert (await browser.start(email="x@harbour.example")).status_code == 404
    missing = await prove(client, domain)
    assert missing.status_code == 409
    assert domain["record_value"] in missing.json()["detail"]
    zone[domain["record_name"]] = "tradewind-domain=of-somebody-else"
    assert "another value" in (await prove(client, domain)).json()["detail"]
    zone[domain["record_name"]] = domain["record_value"]
    proven = await prove(client, domain)
    assert (proven.status_code, proven.json()["proof"]) == (200, "dns")
    provider.user("eli", email="eli@harbour.example", email_verified=True)
    assert error_of(await browser.sign_in("eli", email="someone@HARBOUR.example")) is None
    assert (await browser.me()).json()["user"]["email_verified"] is True


async def test_a_silent_name_server_is_told(client, zone):
    domain = await claim(client, "silent.example")
    zone[domain["record_name"]] = None
    assert "did not answer" in (await prove(client, domain)).json()["detail"]


async def test_an_administrators_own_confirmed_address_proves_its_domain(client, client_for, tenant, zone):
    domain = await claim(client, "people.example")
    assert (await prove(client, domain, "administrator")).json()["proof"] == "administrator"
    other = await claim(client, "not-mine.example")
    refused = await prove(client, other, "administrator")
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.sso_domain_not_proven")


@pytest.mark.parametrize("name", ["gmail.com", "GMail.com", "outlook.com", "nonsense", "a b.example", "-", "x" * 250])
async def test_free_mail_and_nonsense_cannot_be_claimed(client, name):
    answer = await client.post(DOMAINS, json={"domain": name})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "domain"


async def test_a_domain_belongs_to_one_organisation_and_dns_outweighs_a_word(client, client_of, database, zone, tenant):
    theirs = await client_of((await make_tenant(database, "Quiet Harbour Tea")).actor)
    first, second = await claim(client, "people.example"), await claim(theirs, "people.example")
    assert (await prove(client, first, "administrator")).status_code == 200
    refused = await prove(theirs, second, "administrator")
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.sso_domain_taken")
    zone[second["record_name"]] = second["record_value"]
    assert (await prove(theirs, second)).json()["proof"] == "dns"
    [mine] = (await client.get("/api/v1/sso")).json()["domains"]
    assert mine["proof"] is None
    zone[first["record_name"]] = first["record_value"]
    assert (await prove(client, first)).json()["code"] == "identity.sso_domain_taken"


@pytest.fixture
async def proven(client, zone, connection):
    """people.example, where all test users have their addresses, proven by DNS."""
    domain = await claim(client, "people.example", connection_id=connection["id"])
    zone[domain["record_name"]] = domain["record_value"]
    assert (await prove(client, domain)).status_code == 200
    return domain


async def demand(client, domain: dict, **keepers):
    return await client.patch(f"{DOMAINS}/{domain['id']}", json={"required": True})


async def log_in(browser, email: str):
    browser.ours.cookies.clear()
    return await browser.ours.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})


async def keep(client, *user_ids) -> int:
    ids = [str(user_id) for user_id in user_ids]
    return (await client.put("/api/v1/sso/password-keepers", json={"user_ids": ids})).status_code


async def test_the_demand_binds_members_but_not_who_keeps_their_password(
    client, proven, browser, database, tenant, client_of
):
    from tradewind.kernel.testing.fixtures import add_member

    member = await add_member(database, tenant.organisation_id, role="creator", name="Mo")
    assert (await demand(client, proven)).json()["code"] == "identity.sso_nobody_keeps_password"
    assert await keep(client, member.user_id) == 422, "only administrators"
    assert await keep(client, tenant.user_id) == 200
    assert (await log_in(browser, member.email)).status_code == 200
    old_session = dict(browser.ours.cookies)
    assert (await demand(client, proven)).json()["required"] is True
    browser.ours.cookies.update(old_session)
    assert (await browser.me()).status_code == 401, "sessions by password end with the demand"
    refused = await log_in(browser, member.email)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.sso_required")
    wrong = await browser.ours.post("/api/v1/auth/login", json={"email": member.email, "password": "wrong"})
    assert wrong.json()["code"] == "identity.wrong_credentials", "the demand is told to who knows the password"
    assert (await log_in(browser, tenant.email)).status_code == 200
    assert await keep(client) == 409, "somebody must keep theirs"


async def test_if_nobody_is_left_who_keeps_a_password_every_administrator_may_use_theirs(
    client, proven, browser, database, tenant
):
    from tradewind.kernel.testing.fixtures import add_member

    second = await add_member(database, tenant.organisation_id, role="admin", name="Second")
    await keep(client, second.user_id)
    await demand(client, proven)
    assert (await log_in(browser, tenant.email)).status_code == 403
    assert (await client.patch(f"/api/v1/members/{second.user_id}", json={"active": False})).status_code == 200
    assert (await log_in(browser, tenant.email)).status_code == 200


async def test_the_demand_rests_while_no_connection_is_on(client, proven, browser, connection, database, tenant):
    from tradewind.kernel.testing.fixtures import add_member

    member = await add_member(database, tenant.organisation_id, role="creator", name="Mo")
    await keep(client, tenant.user_id)
    await demand(client, proven)
    assert (await log_in(browser, member.email)).status_code == 403
    await change(client, connection, enabled=False)
    assert (await log_in(browser, member.email)).status_code == 200


async def test_dns_proof_links_accounts_from_elsewhere(client, proven, browser, provider, connection, database, tenant):
    other = await make_tenant(database, "Quiet Harbour Tea")
    provider.user("both", email=other.email, email_verified=True)
    assert error_of(await browser.sign_in("both", email=other.email)) is None
    me = (await browser.me()).json()
    assert (me["user"]["id"], me["organisation"]["id"]) == (str(other.user_id), str(tenant.organisation_id))
    assert len(me["organisations"]) == 2


async def test_an_administrators_word_does_not_open_accounts_that_reach_elsewhere(
    client, browser, provider, connection, database, tenant
):
    domain = await claim(client, "people.example")
    await prove(client, domain, "administrator")
    other = await make_tenant(database, "Quiet Harbour Tea")
    provider.user("word", email=other.email, email_verified=True)
    assert error_of(await browser.sign_in("word", email=other.email)) == "account_elsewhere"
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await identity.add_member(session, tenant.organisation_id, other.user_id, role="creator")
    assert error_of(await browser.sign_in("word", email=other.email)) == "not_proven"


async def test_an_unproven_domain_demands_nothing(client, connection, zone):
    domain = await claim(client, "later.example")
    assert (await demand(client, domain)).json()["code"] == "identity.sso_domain_not_proven"


async def test_names_and_connections_of_others_stay_unknown(browser, client, client_of, other_organisation, connection):
    theirs = await client_of(other_organisation)
    for method, path in (
        ("PATCH", f"/api/v1/sso/connections/{connection['id']}"),
        ("POST", f"/api/v1/sso/connections/{connection['id']}/test"),
        ("POST", f"/api/v1/sso/connections/{connection['id']}/check"),
        ("DELETE", f"/api/v1/sso/connections/{connection['id']}"),
    ):
        answer = await theirs.request(method, path, json={} if method == "PATCH" else None)
        assert answer.status_code == 404, path
    answer = await theirs.post(DOMAINS, json={"domain": "x.example", "connection_id": connection["id"]})
    assert answer.status_code == 404
    for body in ({}, {"email": "a@b.example", "connection_id": connection["id"]}):
        assert (await browser.ours.post("/api/v1/auth/sso/start", json=body)).status_code == 400
    for path in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = await browser.start(connection_id=connection["id"], next=path)
        assert answer.status_code == 422, path

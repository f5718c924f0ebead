"""Signing out on both sides: here and at the provider, begun by either."""

import base64
import re
import time
import zlib
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4

import pytest
from lxml import etree
from tests.modules.identity.single_sign_on import hostile_provider, saml_provider
from tests.modules.identity.single_sign_on.conftest import CONNECTIONS, change, connect, last_attempt
from tests.modules.identity.single_sign_on.saml_provider import SAML, SAMLP, Identity, encode

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def oidc_server():
    with hostile_provider.running() as provider:
        yield provider


@pytest.fixture(scope="module")
def saml_server():
    with saml_provider.running() as provider:
        yield provider


async def log_out(browser):
    headers = {"X-CSRF-Token": browser.ours.cookies.get("tw_csrf", "")}
    answer = await browser.ours.post("/api/v1/auth/logout", headers=headers)
    assert answer.status_code in (200, 204), answer.text
    return answer.json()["url"] if answer.status_code == 200 else None


def here(url: str) -> str:
    """An address of ours as path and query."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def test_who_signs_out_here_signs_out_at_the_openid_provider(browser, client, provider):
    provider.user("sid", email="sid@harbour.example", email_verified=True)
    connection = await connect(client, provider.issuer)
    assert connection["oidc"]["signs_out"] is False
    await browser.sign_in("sid", connection_id=connection["id"])
    assert await log_out(browser) is None
    await change(client, connection, oidc={"signs_out": True})
    await browser.sign_in("sid", connection_id=connection["id"])
    url = await log_out(browser)
    assert (await browser.me()).status_code == 401
    query = parse_qs(urlsplit(url).query)
    assert query["post_logout_redirect_uri"] == [connection["ours"]["logged_out_uri"]]
    assert query["client_id"] == ["tradewind"]
    assert len(query["id_token_hint"][0].split(".")) == 3
    page = await browser.theirs.get(url)
    assert page.status_code == 200
    confirm = re.search(r'action="([^"]+)"', page.text)
    assert confirm
    done = await browser.theirs.post(
        provider.issuer + confirm[1], data={"redirect_uri": connection["ours"]["logged_out_uri"]}
    )
    assert done.headers["location"] == connection["ours"]["logged_out_uri"]


async def test_the_openid_provider_ends_sessions_by_a_token_and_by_nothing_less(browser, client, oidc_server):
    oidc_server.reset()
    connection = await connect(client, oidc_server.issuer)
    back_channel = here(connection["ours"]["back_channel_uri"])

    async def arrive(sid: str) -> None:
        oidc_server.claims = {"sid": sid}
        started = await browser.start(connection_id=connection["id"])
        await browser.visit(oidc_server.callback(started.json()["url"], "/api/v1/auth/sso/oidc/callback"))
        assert (await browser.me()).status_code == 200

    def token(**more) -> dict[str, object]:
        moment = int(time.time())
        claims = {
            "iss": oidc_server.issuer, "aud": "tradewind", "iat": moment, "exp": moment + 120, "jti": str(uuid4()),
            "events": {EVENT: {}}, "sid": "first", **more,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    async def tell(signed: str):
        return await browser.ours.post(back_channel, data={"logout_token": signed})

    await arrive("first")
    for wrong in (
        token(nonce="x"), token(events=None), token(events={}), token(events={EVENT: "yes"}), token(jti=None),
        token(sid=None), token(aud="another"), token(iss="https://elsewhere.example"), token(exp=1), token(exp=None),
    ):  # fmt: skip
        answer = await tell(oidc_server.sign(wrong))
        assert (answer.status_code, answer.json()["code"][:13]) == (400, "identity.sso_"), wrong
    assert (await tell(oidc_server.unsigned(token()))).json()["code"] == "identity.sso_algorithm_refused"
    assert (await tell("nonsense")).status_code == 400
    assert (await tell(oidc_server.sign(token(sid="another")))).json() == {"ended": 0}
    assert (await browser.me()).status_code == 200

    by_session = oidc_server.sign(token())
    answer = await tell(by_session)
    assert (answer.json(), answer.headers["cache-control"]) == ({"ended": 1}, "no-store")
    assert (await browser.me()).status_code == 401
    attempt = await last_attempt(client, connection)
    assert (attempt["purpose"], attempt["code"]) == ("sign_out", "signed_out")
    rows = (await client.get("/api/v1/audit-log", params={"action": "session.revoked"})).json()["items"]
    assert rows[0]["reason"] == "signed out at the identity provider"

    await arrive("first")
    assert (await tell(by_session)).json() == {"ended": 0}, "a copy of a token ends no later session"
    assert (await browser.me()).status_code == 200
    assert (await tell(oidc_server.sign(token(sid=None, sub="person-1")))).json() == {"ended": 1}
    assert (await browser.me()).status_code == 401
    unknown = back_channel.replace(connection["id"], str(uuid4()))
    assert (await browser.ours.post(unknown, data={"logout_token": by_session})).status_code == 404


@pytest.fixture
async def saml(client, browser, saml_server):
    """A SAML connection that signs out, and a person signed in through it."""
    body = {
        "kind": "saml", "name": "Company SAML", "enabled": True,
        "saml": {"metadata_url": saml_server.metadata_url, "signs_out": True},
    }  # fmt: skip
    connection = (await client.post(CONNECTIONS, json=body)).json()
    assert connection["saml"]["slo_url"] == saml_server.slo_url

    async def arrive() -> dict:
        started = await browser.start(connection_id=connection["id"])
        said, state = saml_server.read(started.json()["url"])
        form = {"SAMLResponse": encode(saml_server.signed(said)), "RelayState": state}
        posted = await browser.ours.post("/api/v1/auth/sso/saml/acs", data=form)
        await browser.visit(posted.headers["location"])
        assert (await browser.me()).status_code == 200
        return connection

    return arrive


async def test_who_signs_out_here_signs_out_at_the_saml_provider(browser, client, saml, saml_server):
    connection = await saml()
    url = await log_out(browser)
    assert (await browser.me()).status_code == 401
    assert url.startswith(saml_server.slo_url + "?")
    ours = (await browser.ours.get(here(connection["ours"]["entity_id"]))).content
    certificate = etree.fromstring(ours).findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    saml_server.check_signature(url, certificate)
    [service] = etree.fromstring(ours).iter("{urn:oasis:names:tc:SAML:2.0:metadata}SingleLogoutService")
    assert service.get("Location") == connection["ours"]["slo_url"]
    query = parse_qs(urlsplit(url).query)
    request = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    assert request.tag == f"{{{SAMLP}}}LogoutRequest"
    assert request.findtext(f"{{{SAML}}}NameID") == "person@harbour.example"
    assert request.findtext(f"{{{SAMLP}}}SessionIndex") == "_at-the-provider"

    def answer(status: str, **more) -> str:
        inner = f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>'
        document = saml_server.ending(
            "LogoutResponse", connection["ours"]["slo_url"], inner, about=f' InResponseTo="{request.get("ID")}"'
        )
        query_of = saml_server.redirect("SAMLResponse", document, state=query["RelayState"][0], **more)
        return f"{here(connection['ours']['slo_url'])}&{query_of}"

    for wrong in (answer("Responder"), answer("Success", identity=Identity("An impostor"))):
        assert (await browser.visit(wrong)).headers["location"] == "/login?sso_error=sign_out_unconfirmed"
    assert (await browser.visit(answer("Success"))).headers["location"] == "/login"


async def test_the_saml_provider_ends_sessions_by_a_signed_request_and_by_nothing_less(browser, saml, saml_server):
    connection = await saml()
    address = connection["ours"]["slo_url"]

    def request(name="person@harbour.example", index="_at-the-provider", destination=address, **more) -> str:
        inner = f"<saml:NameID>{name}</saml:NameID><samlp:SessionIndex>{index}</samlp:SessionIndex>"
        return saml_server.ending("LogoutRequest", destination, inner, **more)

    async def tell(query: str):
        return await browser.visit(f"{here(address)}&{query}")

    good = saml_server.redirect("SAMLRequest", request(), state="theirs")
    other = saml_server.redirect("SAMLRequest", request(name="other@harbour.example"), state="theirs")
    message = re.search(r"SAMLRequest=([^&]+)", good)
    assert message
    for wrong, code in (
        (good.partition("&Signature=")[0], "wrong_signature"),
        (good.replace("RelayState=theirs", "RelayState=changed"), "wrong_signature"),
        (good + "&SAMLRequest=" + message[1], "wrong_signature"),
        (other.replace(re.search(r"SAMLRequest=([^&]+)", other)[1], message[1]), "wrong_signature"),
        (good.replace("rsa-sha256", "rsa-sha1"), "wrong_signature"),
        (good.replace(quote("rsa-sha256"), "ecdsa-sha256"), "wrong_signature"),
        (saml_server.redirect("SAMLRequest", request(), identity=Identity("An impostor")), "wrong_signature"),
        (saml_server.redirect("SAMLRequest", request(issuer="urn:example:other")), "wrong_issuer"),
        (saml_server.redirect("SAMLRequest", request(destination="https://another.example")), "wrong_recipient"),
        (saml_server.redirect("SAMLRequest", request(age=30)), "wrong_time"),
        (saml_server.redirect("SAMLRequest", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "bad_answer"),
    ):
        answer = await tell(wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, f"identity.sso_{code}"), wrong
    # A second, unsigned message under a spelling that only some parsers take for the same name.
    hidden = re.search(r"SAMLRequest=([^&]+)", saml_server.redirect("SAMLRequest", request()))
    assert hidden
    disguised = await tell(f"SAML%52equest={hidden[1]}&{other}")
    assert disguised.headers["location"].startswith(saml_server.slo_url)
    assert (await browser.me()).status_code == 200, "nobody here was meant"
    kept = dict(browser.ours.cookies)
    answer = await tell(good)
    assert answer.headers["location"].startswith(saml_server.slo_url + "?SAMLResponse=")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["RelayState"] == ["theirs"]
    browser.ours.cookies.update(kept)
    assert (await browser.me()).status_code == 401

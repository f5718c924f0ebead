"""Signing in through a SAML provider, and every answer that must be refused."""

import copy
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import xmlsec
from lxml import etree
from tests.modules.identity.single_sign_on.conftest import CONNECTIONS, change, error_of, last_attempt
from tests.modules.identity.single_sign_on.saml_provider import (
    DSIG,
    FORMAT,
    NAMES,
    SAML,
    SAMLP,
    Identity,
    SamlProvider,
    encode,
    encrypted,
    running,
)

ACS = "/api/v1/auth/sso/saml/acs"


@pytest.fixture(scope="session")
def saml_server():
    with running() as provider:
        yield provider


@pytest.fixture
def idp(saml_server: SamlProvider) -> SamlProvider:
    saml_server.attributes = {}
    return saml_server


@pytest.fixture
async def connection(client, idp):
    body = {"kind": "saml", "name": "Company SAML", "enabled": True, "saml": {"metadata_url": idp.metadata_url}}
    answer = await client.post(CONNECTIONS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


class Attempt:
    """A started sign-in: `said` is what a right answer would say."""

    def __init__(self, browser, said, relay_state: str) -> None:
        self.browser, self.said, self.relay_state = browser, said, relay_state

    async def post(self, document) -> str | None:
        """Post an answer and go on as a browser does; the reason of a refusal, or None."""
        form = {"SAMLResponse": encode(document), "RelayState": self.relay_state}
        answer = await self.browser.ours.post(ACS, data=form)
        assert answer.status_code == 303, answer.text
        if "/auth/sso/finish" in answer.headers["location"]:
            answer = await self.browser.visit(answer.headers["location"])
        return error_of(answer)


@pytest.fixture
def begin(browser, idp, connection):
    async def run() -> Attempt:
        started = await browser.start(connection_id=connection["id"])
        assert started.status_code == 200, started.text
        return Attempt(browser, *idp.read(started.json()["url"]))

    return run


async def test_a_person_signs_in_through_the_providers_page(browser, client, idp, connection):
    idp.attributes = {"displayName": ["Grace Hopper"], "groups": ["Navy", "crew"], "email": ["grace@harbour.example"]}
    rules = [{"group": "CREW", "role": "creator"}]
    await change(client, connection, role_rules=rules)
    started = await browser.start(connection_id=connection["id"], next="/deals?x=1")
    page = (await browser.theirs.get(started.json()["url"])).text
    form = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page))
    # The provider's page is a foreign site: our cookie is not sent with the post.
    cookies = dict(browser.ours.cookies)
    browser.ours.cookies.clear()
    posted = await browser.ours.post(ACS, data=form)
    browser.ours.cookies.update(cookies)
    answer = await browser.visit(posted.headers["location"])
    assert answer.headers["location"] == "/deals?x=1"
    me = (await browser.me()).json()
    assert (me["user"]["name"], me["user"]["email"], me["role"]) == ("Grace Hopper", "grace@harbour.example", "creator")
    attempt = await last_attempt(client, connection)
    assert (attempt["code"], attempt["subject"]) == ("created", "person@harbour.example")


async def test_response_and_assertion_may_both_be_signed(begin, idp):
    attempt = await begin()
    assert await attempt.post(idp.sign(idp.signed(attempt.said))) is None


async def test_the_metadata_says_what_we_are(anonymous, connection):
    ours = connection["ours"]
    answer = await anonymous.get(ours["entity_id"].partition("8420")[2])
    assert answer.status_code == 200
    tree = etree.fromstring(answer.content)
    assert tree.get("entityID") == ours["entity_id"]
    [service] = tree.iter("{urn:oasis:names:tc:SAML:2.0:metadata}AssertionConsumerService")
    assert service.get("Location") == ours["acs_url"]
    assert service.get("Binding").endswith("HTTP-POST")
    [role] = tree.iter("{urn:oasis:names:tc:SAML:2.0:metadata}SPSSODescriptor")
    assert role.get("WantAssertionsSigned") == "true"
    unknown = await anonymous.get(f"/api/v1/auth/sso/saml/metadata?connection={connection['id'][:-4]}0000")
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("change_of", "reason"),
    [
        ({"audience": "https://another.example"}, "wrong_audience"),
        ({"audience": None}, "wrong_audience"),
        ({"ends": timedelta(minutes=-10), "starts": timedelta(minutes=-20)}, "wrong_time"),
        ({"starts": timedelta(minutes=10), "ends": timedelta(minutes=20)}, "wrong_time"),
        ({"ends": timedelta(seconds=-5)}, "wrong_recipient"),
        ({"recipient": "https://another.example/acs"}, "wrong_recipient"),
        ({"recipient": None}, "wrong_recipient"),
        ({"destination": "https://another.example/acs"}, "wrong_recipient"),
        ({"confirmed_for": "_another"}, "wrong_recipient"),
        ({"confirmed_for": None}, "wrong_recipient"),
        ({"in_response_to": "_another"}, "unasked"),
        ({"in_response_to": None}, "unasked"),
        ({"in_response_to": None, "confirmed_for": None}, "unasked"),
        ({"issuer": "urn:example:impostor"}, "wrong_issuer"),
        ({"name_id_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "no_subject"),
        ({"name_id": " "}, "no_subject"),
        ({"name_id": "no-address", "name_id_format": FORMAT + "unspecified"}, "no_email"),
        ({"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "declined"),
    ],
)
async def test_wrong_answers_are_refused(begin, idp, client, connection, change_of, reason):
    attempt = await begin()
    assert await attempt.post(idp.signed(replace(attempt.said, **change_of))) == reason
    told = await last_attempt(client, connection)
    assert told["code"] == reason
    assert len(told["reason"]) > 20
    assert (await attempt.browser.me()).status_code == 401


async def test_an_answer_counts_once(begin, idp, browser):
    attempt = await begin()
    document = idp.signed(attempt.said)
    cookie = browser.ours.cookies["tw_sso"]
    assert await attempt.post(document) is None
    browser.ours.cookies.clear()
    browser.ours.cookies.set("tw_sso", cookie)
    assert await attempt.post(document) == "replayed"
    answer = await browser.visit(f"/api/v1/auth/sso/finish?state={attempt.relay_state}")
    assert error_of(answer) == "replayed"


async def test_an_assertion_counts_once_even_as_an_answer_to_another_request(begin, idp):
    first = await begin()
    assert await first.post(idp.signed(first.said)) is None
    second = await begin()
    assert await second.post(idp.signed(replace(second.said, assertion_id=first.said.assertion_id))) == "replayed"


async def test_an_answer_nobody_asked_for_is_refused(begin, idp):
    attempt = await begin()
    for state in ("", "invented"):
        attempt.relay_state = state
        assert await attempt.post(idp.signed(attempt.said)) == "unasked"


async def test_an_answer_posted_into_another_browser_signs_nobody_in(begin, idp, browser):
    """Else an attacker could sign a victim in as themselves."""
    attempt = await begin()
    browser.ours.cookies.clear()
    assert await attempt.post(idp.signed(attempt.said)) == "other_browser"
    assert (await browser.me()).status_code == 401


async def test_the_finish_without_an_answer_is_refused(begin, browser):
    attempt = await begin()
    answer = await browser.visit(f"/api/v1/auth/sso/finish?state={attempt.relay_state}")
    assert error_of(answer) == "unasked"


async def test_missing_foreign_and_broken_signatures_are_refused(begin, idp):
    attempt = await begin()
    assert await attempt.post(idp.document(attempt.said)) == "not_signed"
    assert await attempt.post(idp.sign(idp.document(attempt.said))) == "not_signed", "only the response is signed"
    foreign = idp.document(attempt.said)
    idp.sign(foreign.find("saml:Assertion", NAMES), identity=Identity("Impostor"))
    assert await attempt.post(foreign) == "wrong_signature"
    changed = idp.signed(attempt.said)
    changed.find(".//saml:NameID", NAMES).text = "boss@harbour.example"
    assert await attempt.post(changed) == "wrong_signature"
    partly = idp.sign(idp.signed(attempt.said))
    partly.find("samlp:Status/samlp:StatusCode", NAMES).set("Value", "urn:oasis:names:tc:SAML:2.0:status:Success ")
    assert await attempt.post(partly) in {"declined", "wrong_signature"}


async def test_methods_that_are_broken_are_refused(begin, idp):
    attempt = await begin()
    for options in (
        {"method": xmlsec.Transform.RSA_SHA1},
        {"digest": xmlsec.Transform.SHA1},
    ):
        document = idp.document(attempt.said)
        idp.sign(document.find("saml:Assertion", NAMES), **options)
        assert await attempt.post(document) == "wrong_signature", options


def wrappings(idp, said):
    """Signature wrapping: the signed assertion moves somewhere else, a forged one takes its place."""

    def parts():
        document = idp.signed(said)
        signed = document.find("saml:Assertion", NAMES)
        forged = copy.deepcopy(signed)
        forged.find(".//saml:NameID", NAMES).text = "boss@harbour.example"
        forged.set("ID", "_forged")
        forged.remove(forged.find("ds:Signature", NAMES))
        return document, signed, forged

    document, signed, forged = parts()
    signed.addprevious(forged)
    yield "forged before signed", document

    document, signed, forged = parts()
    signed.addnext(forged)
    yield "forged after signed", document

    document, signed, forged = parts()
    document.replace(signed, forged)
    forged.append(signed)
    yield "signed inside forged", document

    document, signed, forged = parts()
    signature = signed.find("ds:Signature", NAMES)
    document.replace(signed, forged)
    forged.insert(1, signature)
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(signed)
    yield "signed inside the signature's object", document

    document, signed, forged = parts()
    document.replace(signed, forged)
    forged.set("ID", said.assertion_id)
    forged.insert(1, signed.find("ds:Signature", NAMES))
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(signed)
    document.insert(1, extensions)
    yield "same id twice, signed in the extensions", document

    document, signed, forged = parts()
    outer = copy.deepcopy(document)
    outer.replace(outer.find("saml:Assertion", NAMES), forged)
    outer.append(document)
    yield "whole response inside another", outer

    document, signed, forged = parts()
    signed.find("saml:Subject/saml:NameID", NAMES).addprevious(copy.deepcopy(forged.find(".//saml:NameID", NAMES)))
    yield "a second name inside", document


async def test_signature_wrapping_is_refused(begin, idp, client, connection):
    attempt = await begin()
    for what, document in wrappings(idp, attempt.said):
        assert await attempt.post(document) in {"bad_answer", "wrong_signature", "not_signed"}, what
    assert "boss@harbour.example" not in (await client.get(f"{CONNECTIONS}/{connection['id']}/attempts")).text
    assert await attempt.post(idp.signed(attempt.said)) is None, "the refused ones did not use the sign-in up"


async def test_comments_in_names_are_refused(begin, idp):
    """Canonical XML drops comments, so this keeps its signature; a careless reader sees only `boss@harbour.example`."""
    attempt = await begin()
    said = replace(attempt.said, name_id="boss@harbour.example.attacker.example")
    text = etree.tostring(idp.signed(said)).replace(b"harbour.example.att", b"harbour.example<!---->.att")
    assert await attempt.post(text) == "bad_answer"
    assert await attempt.post(text.replace(b"<!---->", b"<?x?>")) == "bad_answer"


async def test_documents_that_attack_the_parser_are_refused(begin, idp):
    attempt = await begin()
    answer = etree.tostring(idp.signed(attempt.said))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + answer
    outside = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + answer.replace(b"person@", b"&f;@")
    deep = b"<a>" * 5000 + b"</a>" * 5000
    for document in (bomb, outside, deep, b"", b"\x00\xff", b"<a/>", b"not xml", answer[:-20]):
        assert await attempt.post(document) in {"bad_answer"}, document[:40]


async def test_oversized_posts_are_refused(browser):
    answer = await browser.ours.post(ACS, data={"SAMLResponse": "A" * 900_000, "RelayState": "x"})
    assert answer.status_code == 413
    assert (await browser.ours.post(ACS, content=b"\xff\xfe")).status_code == 400


async def our_certificate(client, connection) -> str:
    """What a provider reads out of our metadata as the key to encrypt for."""
    answer = await client.get("/api/v1/auth/sso/saml/metadata", params={"connection": connection["id"]})
    found = etree.fromstring(answer.content).xpath(
        "//md:KeyDescriptor[@use='encryption']//ds:X509Certificate/text()",
        namespaces={"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": DSIG},
    )
    assert len(found) == 1
    return "".join(found[0].split())


async def test_an_assertion_that_was_encrypted_for_us_is_opened(begin, idp, client, connection):
    certificate = await our_certificate(client, connection)
    attempt = await begin()
    assert await attempt.post(encrypted(idp.signed(attempt.said), certificate)) is None
    # AES-CBC can be changed unnoticed: the answer around it must be signed, and that signature hold.
    attempt = await begin()
    cbc = encrypted(idp.signed(attempt.said), certificate, method=xmlsec.Transform.AES256)
    assert await attempt.post(cbc) == "encrypted"
    assert await attempt.post(idp.sign(copy.deepcopy(cbc), identity=Identity("Thief"))) == "encrypted"
    assert await attempt.post(idp.sign(cbc)) is None


async def test_what_an_encrypted_assertion_hides_is_checked_like_any_other(begin, idp, client, connection):
    certificate = await our_certificate(client, connection)
    attempt = await begin()
    for document, reason in (
        (idp.document(attempt.said), "not_signed"),
        (idp.signed(replace(attempt.said, audience="urn:another")), "wrong_audience"),
        (idp.signed(replace(attempt.said, recipient="https://elsewhere.example/acs")), "wrong_recipient"),
    ):
        assert await attempt.post(encrypted(document, certificate)) == reason


async def test_encryption_that_must_not_be_opened_is_refused(begin, idp, client, connection):
    certificate = await our_certificate(client, connection)
    attempt = await begin()
    right = idp.signed(attempt.said)
    two = encrypted(copy.deepcopy(right), certificate)
    two.append(copy.deepcopy(two.find("saml:EncryptedAssertion", NAMES)))
    beside = encrypted(copy.deepcopy(right), certificate)
    beside.append(copy.deepcopy(right.find("saml:Assertion", NAMES)))
    for document, reason in (
        (encrypted(copy.deepcopy(right), certificate, wrapping=xmlsec.Transform.RSA_PKCS1), "encrypted"),
        (encrypted(copy.deepcopy(right), Identity("Another reader").certificate_text), "encrypted"),
        (two, "bad_answer"),
        (beside, "bad_answer"),
    ):
        assert await attempt.post(document) == reason
    hollow = copy.deepcopy(right)
    hollow.replace(hollow.find("saml:Assertion", NAMES), etree.Element(f"{{{SAML}}}EncryptedAssertion"))
    assert await attempt.post(hollow) == "encrypted"
    assert "not built" in (await last_attempt(client, connection))["reason"]


async def test_requests_are_signed_where_the_provider_wants_it(browser, idp, client, connection):
    changed = await change(client, connection, saml={"signs_requests": True})
    metadata = (await client.get("/api/v1/auth/sso/saml/metadata", params={"connection": connection["id"]})).text
    assert 'AuthnRequestsSigned="true"' in metadata
    started = await browser.start(connection_id=connection["id"])
    idp.check_signature(started.json()["url"], await our_certificate(client, connection))
    renewed = await change(client, changed, saml={"new_key": True})
    before, after = (found["saml"]["our_certificate"]["fingerprint"] for found in (changed, renewed))
    assert before != after
    assert renewed["saml"]["signs_requests"]
    started = await browser.start(connection_id=connection["id"])
    idp.check_signature(started.json()["url"], await our_certificate(client, connection))


async def test_an_answer_of_another_connections_provider_is_refused(begin, idp, client):
    """Two organisations, or two connections, may trust different keys: each counts for its own only."""
    impostor = Identity("Second provider")
    body = {
        "kind": "saml",
        "name": "Second",
        "enabled": True,
        "saml": {
            "entity_id": "urn:example:second",
            "sso_url": idp.sso_url,
            "certificates": [impostor.certificate_text],
        },
    }
    assert (await client.post(CONNECTIONS, json=body)).status_code == 201
    attempt = await begin()
    document = idp.document(replace(attempt.said, issuer="urn:example:second"))
    idp.sign(document.find("saml:Assertion", NAMES), identity=impostor)
    assert await attempt.post(document) in {"wrong_issuer", "wrong_signature"}


@pytest.mark.parametrize(
    ("saml", "field", "part"),
    [
        ({}, "saml.entity_id", "metadata"),
        ({"metadata_xml": "nonsense"}, "saml.metadata_xml", "not XML"),
        ({"metadata_xml": "<a/>"}, "saml.metadata_xml", "no identity provider"),
        ({"metadata_xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "saml.metadata_xml", "document type"),
        ({"metadata_url": "http://127.0.0.1:9/nothing"}, "saml.metadata_url", "cannot be reached"),
        (
            {"entity_id": "a", "sso_url": "https://login.example", "certificates": ["AAAA"]},
            "saml.certificates",
            "cannot be read",
        ),
    ],
)
async def test_settings_that_cannot_work_are_refused_by_field(client, saml, field, part):
    answer = await client.post(CONNECTIONS, json={"kind": "saml", "name": "x", "saml": saml})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert part in error["message"]


async def test_a_check_compares_the_metadata_and_watches_the_certificate(client, idp, connection, monkeypatch):
    url = f"{CONNECTIONS}/{connection['id']}/check"
    assert {f["level"] for f in (await client.post(url)).json()["findings"]} == {"ok"}
    monkeypatch.setattr(idp, "identity", Identity("Rotated"))
    assert any("has changed" in f["text"] for f in (await client.post(url)).json()["findings"])
    monkeypatch.setattr(idp, "identity", Identity("Expired", days=-1))
    await change(client, connection, saml={"metadata_xml": idp.metadata()})
    assert any(f["level"] == "error" and "ended on" in f["text"] for f in (await client.post(url)).json()["findings"])

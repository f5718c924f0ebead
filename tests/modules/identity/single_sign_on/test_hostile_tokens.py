"""ID tokens that must not be believed, and providers that misbehave."""

import base64
import hashlib
import hmac
import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.modules.identity.single_sign_on.conftest import CONNECTIONS, change, connect, error_of, last_attempt
from tests.modules.identity.single_sign_on.hostile_provider import HostileProvider, running

CALLBACK = "/api/v1/auth/sso/oidc/callback"


@pytest.fixture(scope="session")
def hostile_server():
    with running() as provider:
        yield provider


@pytest.fixture
def hostile(hostile_server: HostileProvider) -> HostileProvider:
    hostile_server.reset()
    return hostile_server


@pytest.fixture
async def connection(client, hostile):
    return await connect(client, hostile.issuer)


@pytest.fixture
def attempt(browser, hostile, connection):
    """`await attempt()`: a sign-in with whatever token the provider now makes; the reason of its refusal, or None."""

    async def run() -> str | None:
        started = await browser.start(connection_id=connection["id"])
        assert started.status_code == 200, started.text
        return error_of(await browser.visit(hostile.callback(started.json()["url"], CALLBACK)))

    return run


async def test_a_right_token_signs_in(attempt, hostile):
    assert await attempt() is None
    form = hostile.forms[-1]
    assert form["grant_type"] == "authorization_code"
    assert form["redirect_uri"].endswith(CALLBACK)
    assert 43 <= len(form["code_verifier"]) <= 128
    assert "client_secret" not in form
    assert base64.b64decode(hostile.authorization.split()[1]) == b"tradewind:not-a-secret"


@pytest.mark.parametrize("algorithm", ["RS384", "PS256", "ES256"])
async def test_other_sound_algorithms_are_accepted(attempt, hostile, algorithm):
    hostile.algorithm = algorithm
    hostile.sign_with = hostile.ec_key if algorithm.startswith("ES") else hostile.key
    hostile.key.dict_value.pop("alg", None)
    assert await attempt() is None


MOMENT = int(time.time())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://elsewhere.example"}, "wrong_issuer"),
        ({"aud": "another-application"}, "wrong_audience"),
        ({"aud": ["tradewind", "another"]}, "wrong_audience"),
        ({"aud": ["tradewind", "another"], "azp": "another"}, "wrong_audience"),
        ({"azp": "another"}, "wrong_audience"),
        ({"nonce": "of another sign-in"}, "wrong_nonce"),
        ({"nonce": None}, "wrong_nonce"),
        ({"exp": MOMENT - 120}, "wrong_time"),
        ({"exp": "tomorrow"}, "wrong_time"),
        ({"iat": MOMENT + 86_400}, "wrong_time"),
        ({"nbf": MOMENT + 86_400}, "wrong_time"),
        ({"email_verified": False}, "email_unverified"),
        ({"email_verified": "false"}, "email_unverified"),
        ({"sub": ""}, "no_subject"),
        ({"sub": 7}, "no_subject"),
        ({"sub": "x" * 501}, "no_subject"),
        ({"email": "not an address"}, "no_email"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "wrong_token"),
    ],
)
async def test_wrong_claims_are_refused(attempt, hostile, client, connection, claims, reason):
    hostile.claims = claims
    assert await attempt() == reason
    told = await last_attempt(client, connection)
    assert told["code"] == reason
    assert len(told["reason"]) > 20


@pytest.mark.parametrize("name", ["exp", "iat", "nonce", "sub", "aud", "iss"])
async def test_missing_claims_are_refused(attempt, hostile, name):
    hostile.without = {name}
    assert await attempt() is not None


async def test_a_right_at_hash_and_two_audiences_with_the_right_party_pass(attempt, hostile):
    half = hashlib.sha256(b"opaque").digest()[:16]
    hostile.claims = {
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        "aud": ["tradewind", "another"],
        "azp": "tradewind",
    }
    assert await attempt() is None


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
async def test_unsigned_tokens_are_refused(attempt, hostile, algorithm):
    hostile.sign = lambda claims: hostile.unsigned(claims, algorithm)
    assert await attempt() == "algorithm_refused"


@pytest.mark.parametrize("secret", ["the public key", "the client secret"])
async def test_symmetric_signatures_are_refused(attempt, hostile, secret):
    """The classic confusion: a public key, or the shared client secret, used as a secret for HMAC."""
    material = hostile.key.as_pem(private=False) if secret == "the public key" else b"not-a-secret" * 4

    def confused(claims):
        signed = hostile.unsigned(claims, "HS256").removesuffix(".")
        mac = hmac.digest(material, signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    hostile.sign = confused
    assert await attempt() == "algorithm_refused"


async def test_a_key_from_the_tokens_own_header_is_not_used(attempt, hostile):
    own = RSAKey.generate_key(2048, {"kid": "one"})
    hostile.sign_with = own
    hostile.header = {"jwk": own.as_dict(private=False)}
    assert await attempt() == "wrong_signature"


async def test_a_changed_payload_is_refused(attempt, hostile):
    def tampered(claims):
        head, _, signature = hostile._sign(claims).split(".")
        return ".".join([head, hostile.unsigned({**claims, "sub": "the-boss"}).split(".")[1], signature])

    hostile.sign = tampered
    assert await attempt() == "wrong_signature"


async def test_what_is_no_token_is_refused(attempt, hostile):
    for text in ("", "nonsense", "a.b.c", "é.é.é", "x" * 70_000):
        hostile.sign = lambda _, text=text: text
        assert await attempt() in {"no_token", "algorithm_refused"}, text[:10]


async def test_rotated_keys_are_read_again_but_unknown_ones_not_endlessly(attempt, hostile):
    assert await attempt() is None
    assert hostile.reads_of_keys == 1
    hostile.sign_with = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    hostile.keys = [hostile.sign_with]
    assert await attempt() is None
    assert hostile.reads_of_keys == 2
    hostile.sign_with = RSAKey.generate_key(2048, {"kid": "three"})
    for _ in range(3):
        assert await attempt() == "wrong_signature"
    assert hostile.reads_of_keys == 2


async def test_a_rotation_without_key_ids_is_noticed_by_the_signature(attempt, hostile):
    hostile.header = {"kid": None}
    assert await attempt() is None
    hostile.sign_with = RSAKey.generate_key(2048)
    hostile.keys = [hostile.sign_with]
    assert await attempt() is None


async def test_short_keys_and_encryption_keys_are_not_used(attempt, hostile, client, connection):
    weak = RSAKey.generate_key(1024, {"kid": "weak"})
    hostile.sign_with, hostile.keys = weak, [weak]
    assert await attempt() == "wrong_signature"
    hostile.sign_with = RSAKey.generate_key(2048, {"kid": "for-encryption", "use": "enc"})
    hostile.keys = [hostile.sign_with]
    hostile.sign = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "for-encryption"},
        claims,
        RSAKey.import_key(hostile.sign_with.as_dict(private=True) | {"use": "sig"}),
    )
    assert await attempt() == "wrong_signature"


async def test_what_the_token_lacks_comes_from_user_info_of_the_same_person(attempt, hostile, client, connection):
    hostile.without = {"email"}
    hostile.userinfo = {"sub": "person-1", "email": "via.userinfo@harbour.example", "iss": "forged"}
    assert await attempt() is None
    assert (await last_attempt(client, connection))["email"] == "via.userinfo@harbour.example"
    hostile.userinfo = {"sub": "person-2", "email": "other@harbour.example"}
    assert await attempt() == "wrong_token"


async def test_an_answer_from_another_provider_is_refused(browser, hostile, connection):
    started = await browser.start(connection_id=connection["id"])
    callback = hostile.callback(started.json()["url"], CALLBACK)
    assert error_of(await browser.visit(f"{callback}&iss=https://elsewhere.example")) == "wrong_issuer"
    assert hostile.forms == []


async def test_a_wrong_secret_is_told_in_words(attempt, hostile, client, connection):
    hostile.token_status = 401
    assert await attempt() == "code_refused"
    assert "Check client id and client secret" in (await last_attempt(client, connection))["reason"]


async def test_secrets_go_into_the_form_where_the_provider_wants_that(attempt, hostile):
    hostile.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert await attempt() is None
    assert hostile.forms[-1]["client_secret"] == "not-a-secret"
    assert hostile.authorization is None


async def test_a_public_client_sends_no_secret(attempt, hostile, client, connection):
    await change(client, connection, oidc={"client_secret": None})
    assert await attempt() is None
    assert "client_secret" not in hostile.forms[-1]
    assert hostile.forms[-1]["client_id"] == "tradewind"


async def test_a_discovery_document_of_another_issuer_stops_the_sign_in(browser, hostile, client, connection):
    hostile.document = {"issuer": "https://login.elsewhere.example"}
    answer = await browser.start(connection_id=connection["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.sso_wrong_issuer")
    assert "login.elsewhere.example" in (await last_attempt(client, connection))["reason"]


async def test_private_addresses_are_out_of_reach_unless_allowed(app, browser, client, hostile, settings):
    connection = await connect(client, "https://127.0.0.1:9")
    app.state.settings = settings
    answer = await browser.start(connection_id=connection["id"])
    assert answer.json()["code"] == "identity.sso_provider_blocked"
    assert "private network" in (await last_attempt(client, connection))["reason"]
    plain = await client.post(
        CONNECTIONS,
        json={"kind": "oidc", "name": "x", "oidc": {"issuer": "http://login.example", "client_id": "a"}},
    )
    assert plain.status_code == 422
    assert plain.json()["errors"] == [{"field": "oidc.issuer", "message": "The provider's issuer does not use https."}]


async def test_a_check_says_what_is_right_and_what_is_not(client, hostile, connection):
    url = f"{CONNECTIONS}/{connection['id']}/check"
    findings = (await client.post(url)).json()["findings"]
    assert {finding["level"] for finding in findings} == {"ok"}
    hostile.document = {
        "code_challenge_methods_supported": ["plain"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "response_types_supported": ["token"],
    }
    hostile.keys = []
    wrong = [f["text"] for f in (await client.post(url)).json()["findings"] if f["level"] == "error"]
    assert len(wrong) >= 3
    assert any("S256" in text for text in wrong)
    assert any("HS256" in text for text in wrong)
    hostile.document = {"issuer": "https://elsewhere.example"}
    [finding] = (await client.post(url)).json()["findings"]
    assert finding["level"] == "error"
    assert "https://elsewhere.example" in finding["text"]

"""Our own key as a SAML service provider: it signs requests, and opens assertions that were encrypted for us.

After SAML 2.0 Bindings 3.4.4.1 (signature of the redirect binding) and XML Encryption 1.1. Key transport is RSA-OAEP
only. AES-CBC hides nothing from whoever may send changed answers and see which are refused how (Jager and Somorovsky,
CCS 2011), so it is opened only inside of an answer whose own signature holds; AES-GCM needs none.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors_sso import SsoRefused

_LIFETIME = timedelta(days=3650)
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_QUERY_METHODS: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    f"http://www.w3.org/2001/04/xmldsig-more#{kind}-sha{digest.digest_size * 8}": (kind, digest)
    for kind in ("rsa", "ecdsa")
    for digest in (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
}
_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
_XENC = "http://www.w3.org/2001/04/xmlenc#"
_XENC11 = "http://www.w3.org/2009/xmlenc11#"
_KEY_METHODS = {f"{_XENC}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep"}
_AUTHENTICATED = {f"{_XENC11}aes{bits}-gcm" for bits in (128, 192, 256)}
_MALLEABLE = {f"{_XENC}aes{bits}-cbc" for bits in (128, 192, 256)}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key as PEM and its self-signed certificate as base64 of DER."""

    private_key: str
    certificate: str


def new_key_pair() -> KeyPair:
    """A fresh RSA key of 3,072 bits for ten years. Takes some tenths of a second of processor."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tradewind single sign-on")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + _LIFETIME)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return KeyPair(pem.decode(), base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode())


def signed_query(query: str, private_key: str) -> str:
    """A redirect's query with its signature over exactly these characters (RSA with SHA-256)."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    query += "&" + urlencode({"SigAlg": _RSA_SHA256})
    signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return query + "&" + urlencode({"Signature": base64.b64encode(signature).decode()})


def signed_message(raw: str, kind: str, certificates: Sequence[str]) -> tuple[str, str] | None:
    """`(message, relay state)` of a redirect's query as it came, if one of the keys soundly signed both; else None.

    `kind` is SAMLRequest or SAMLResponse. Only what was signed is returned, so nothing else in the query can be taken
    for it.
    """
    parts: dict[str, str] = {}
    for name, _, value in (part.partition("=") for part in raw.split("&")):
        if name in (kind, "RelayState", "SigAlg", "Signature"):
            if name in parts:
                return None
            parts[name] = value
    if not {kind, "SigAlg", "Signature"} <= parts.keys():
        return None
    signed = "&".join(f"{name}={parts[name]}" for name in (kind, "RelayState", "SigAlg") if name in parts).encode()
    try:
        signature = base64.b64decode(unquote_plus(parts["Signature"]), validate=True)
    except (binascii.Error, ValueError):
        return None
    method = _QUERY_METHODS.get(unquote_plus(parts["SigAlg"]))
    if method is None or not any(_verified(text, signed, signature, *method) for text in certificates):
        return None
    return unquote_plus(parts[kind]), unquote_plus(parts.get("RelayState", ""))


def _verified(certificate: str, signed: bytes, signature: bytes, kind: str, digest: hashes.HashAlgorithm) -> bool:
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind == "rsa":
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
            half = len(signature) // 2  # XML signatures hold r and s one after the other, not as DER
            whole = encode_dss_signature(*(int.from_bytes(part) for part in (signature[:half], signature[half:])))
            key.verify(whole, signed, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def is_encrypted(tree: Any) -> bool:
    """Whether the answer hides its assertion or a name in it."""
    return bool(tree.xpath("//*[local-name()='EncryptedAssertion' or local-name()='EncryptedID']"))


def judge_encryption(tree: Any, *, answer_is_signed: bool) -> None:
    """Refuse ways of encrypting that must not be opened, before anything is. Raises SsoRefused."""
    hidden = tree.findall(f"{{{_SAML}}}EncryptedAssertion")
    if tree.tag != f"{{{_SAMLP}}}Response" or len(hidden) != 1 or tree.xpath("//*[local-name()='Assertion']"):
        raise SsoRefused("The answer must hold exactly one assertion, directly inside the response.", "bad_answer")
    data = hidden[0].findall(f"{{{_XENC}}}EncryptedData")
    keys = list(hidden[0].iter(f"{{{_XENC}}}EncryptedKey"))
    if len(data) != 1 or len(keys) != 1 or next(tree.iter(f"{{{_XENC}}}CipherReference"), None) is not None:
        raise SsoRefused("The encrypted assertion is not built as it must be.", "encrypted")
    method, key_method = (_method(node) for node in (data[0], keys[0]))
    if key_method not in _KEY_METHODS:
        raise SsoRefused(f"The key is wrapped by “{key_method}”; only RSA-OAEP is accepted.", "encrypted")
    if method in _MALLEABLE and not answer_is_signed:
        raise SsoRefused(
            "The assertion is encrypted with AES-CBC in an answer that is not signed itself. Let the provider sign "
            "the response too, or encrypt with AES-GCM.",
            "encrypted",
        )
    if method not in _MALLEABLE | _AUTHENTICATED:
        raise SsoRefused(f"The assertion is encrypted with “{method}”, which is not accepted.", "encrypted")


def _method(node: Any) -> str:
    found = node.find(f"{{{_XENC}}}EncryptionMethod")
    return "" if found is None else str(found.get("Algorithm", ""))[:200]

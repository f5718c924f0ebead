"""SAML 2.0 as a service provider: our metadata, the request, and everything an answer is checked for.

After SAML 2.0 Profiles 4.1 (web browser SSO) and Bindings 3.4 (redirect, for the request) and 3.5 (POST, for the
answer). Signatures are verified by python3-saml and xmlsec; the shape of the document is judged before and what the
standard leaves optional is demanded after.
"""

import base64
import binascii
import hashlib
import zlib
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.metadata import OneLogin_Saml2_Metadata
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.modules.identity.service.single_sign_on import oidc, saml_keys
from tradewind.modules.identity.service.single_sign_on.claims import (
    ProviderIdentity,
    ProviderSession,
    Site,
    groups_of,
    subject_of,
    text_of,
)

MAX_ANSWER = 512 * 1024
_SAML, _SAMLP, _DSIG = Names.NS_SAML, Names.NS_SAMLP, Names.NS_DS
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SIGNATURE_METHODS = {f"{_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)}
_DIGEST_METHODS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    f"{_MORE}sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}
_TRANSFORMS = {
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
}
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_EMAIL = ("email", "mail", "emailAddress", f"{_CLAIMS}/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3")
_NAME = (
    "displayName",
    "name",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    f"{_CLAIMS}/name",
)
_GIVEN = ("givenName", "firstName", f"{_CLAIMS}/givenname", "urn:oid:2.5.4.42")
_FAMILY = ("sn", "surname", "lastName", f"{_CLAIMS}/surname", "urn:oid:2.5.4.4")
_GROUPS = (
    "groups",
    "memberOf",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
    "http://schemas.xmlsoap.org/claims/Group",
    "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
)
_Invalid = OneLogin_Saml2_ValidationError
_REASONS = {
    _Invalid.INVALID_SIGNATURE: ("wrong_signature", "The signature does not fit the provider's certificate."),
    _Invalid.NO_SIGNED_ASSERTION: ("not_signed", "The assertion is not signed. Let the provider sign assertions."),
    _Invalid.NO_SIGNATURE_FOUND: ("not_signed", "Nothing in the answer is signed."),
    _Invalid.WRONG_AUDIENCE: ("wrong_audience", "The assertion was made for another application (audience)."),
    _Invalid.WRONG_ISSUER: ("wrong_issuer", "The answer comes from another provider than the connection names."),
    _Invalid.ASSERTION_EXPIRED: ("wrong_time", "The assertion has expired. Check the clocks of both servers."),
    _Invalid.ASSERTION_TOO_EARLY: ("wrong_time", "The assertion is not valid yet. Check the clocks of both servers."),
    _Invalid.SESSION_EXPIRED: ("wrong_time", "The provider's session has ended."),
    _Invalid.WRONG_SUBJECTCONFIRMATION: (
        "wrong_recipient",
        "The assertion is not for this sign-in: its recipient, request or time does not fit.",
    ),
    _Invalid.WRONG_DESTINATION: ("wrong_recipient", "The answer was meant for another address."),
}


_SECURITY: dict[str, Any] = {
    "wantAssertionsSigned": True,
    "wantAttributeStatement": False,
    "requestedAuthnContext": False,
    "rejectDeprecatedAlgorithm": True,
    "allowRepeatAttributeName": True,
    "allowSingleLabelDomains": True,
}


@dataclass(frozen=True, slots=True)
class SamlSettings:
    """What an organisation says about its provider. Certificates are base64 of DER, without armour."""

    entity_id: str
    sso_url: str
    certificates: list[str] = field(default_factory=list)
    metadata_url: str | None = None
    email_attribute: str | None = None
    name_attribute: str | None = None
    groups_attribute: str | None = None
    our_certificate: str | None = None
    signs_requests: bool = False
    slo_url: str | None = None
    slo_answer_url: str | None = None
    signs_out: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider's metadata says; the two last ones are where it wants requests and answers about signing out."""

    entity_id: str
    sso_url: str
    certificates: list[str]
    slo_url: str | None
    slo_answer_url: str | None

    @classmethod
    def stored(cls, settings: SamlSettings) -> "Metadata":
        """The same of a connection as it is stored."""
        return cls(**{part.name: getattr(settings, part.name) for part in fields(cls)})


@dataclass(frozen=True, slots=True)
class Accepted:
    """A verified assertion; `assertion_hash` must be remembered until `expires_at`."""

    identity: ProviderIdentity
    assertion_hash: bytes
    expires_at: datetime


def read_metadata(document: bytes) -> Metadata:
    """What a provider says about itself. Raises SsoRefused with what is missing."""
    tree = parse(document, "The metadata")
    providers = tree.xpath("//*[local-name()='IDPSSODescriptor']")
    if len(providers) != 1:
        found = f"{len(providers)} identity providers" if providers else "no identity provider (IDPSSODescriptor)"
        raise SsoRefused(f"The metadata describes {found}; exactly one is needed.", "bad_metadata")
    entity = providers[0].getparent().get("entityID")
    found = OneLogin_Saml2_IdPMetadataParser.parse(document, entity_id=_quoted(entity)).get("idp", {})
    multiple = found.get("x509certMulti", {}).get("signing")
    certificates = multiple or [text for text in [found.get("x509cert")] if text]
    address = found.get("singleSignOnService", {}).get("url")
    if not address:
        raise SsoRefused("The metadata has no sign-in address with the redirect binding.", "bad_metadata")
    if not certificates:
        raise SsoRefused("The metadata has no certificate for signatures.", "bad_metadata")
    redirected = f"*[local-name()='SingleLogoutService' and @Binding='{Names.BINDING_HTTP_REDIRECT}']"
    slo = next(iter(providers[0].xpath(redirected)), None)
    slo_url = None if slo is None else slo.get("Location")
    slo_answer_url = None if slo is None else slo.get("ResponseLocation")
    normal = [normal_certificate(text) for text in certificates]
    return Metadata(_quoted(entity), address, normal, slo_url, slo_answer_url)


async def fetch_metadata(url: str, site: Site) -> bytes:
    """The metadata document at an address. Raises SsoRefused."""
    oidc.check_address(url, site, "metadata address")
    async with oidc.client(site) as http:
        headers = {"Accept": "application/samlmetadata+xml, application/xml, text/xml, */*"}
        answer = await oidc.sent(http.get(url, headers=headers), "metadata")
    if answer.status_code != 200:
        raise SsoRefused(f"{url} answered with status {answer.status_code}.", "provider_unreachable")
    return answer.content


def normal_certificate(text: str) -> str:
    """A certificate as base64 of DER, from PEM or base64. Raises SsoRefused."""
    body = "".join(line for line in text.strip().splitlines() if "-----" not in line)
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
        x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError) as error:
        raise SsoRefused("A certificate cannot be read: give it as PEM or base64.", "bad_metadata") from error
    return base64.b64encode(der).decode()


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What people recognise a certificate by; the fingerprint is SHA-256 in hexadecimal."""

    subject: str
    fingerprint: str
    expires_at: datetime


def certificate_facts(text: str) -> CertificateFacts:
    """What a stored certificate says."""
    found = x509.load_der_x509_certificate(base64.b64decode(text))
    subject = found.subject.rfc4514_string()[:200] or "(no name)"
    return CertificateFacts(subject, found.fingerprint(SHA256()).hex(), found.not_valid_after_utc)


def our_metadata(settings: SamlSettings, site: Site, connection_id: UUID) -> bytes:
    """The metadata to give to the provider, with our certificate where there is one."""
    ours = OneLogin_Saml2_Settings({"sp": _ours(site, connection_id)}, sp_validation_only=True).get_sp_data()
    metadata = OneLogin_Saml2_Metadata.builder(ours, authnsign=settings.signs_requests, wsign=True)
    if settings.our_certificate:
        metadata = OneLogin_Saml2_Metadata.add_x509_key_descriptors(metadata, settings.our_certificate)
    return metadata if isinstance(metadata, bytes) else metadata.encode()


def request_url(
    settings: SamlSettings, site: Site, connection_id: UUID, *, request_id: str, state: str, private_key: str | None
) -> str:
    """Where to send the browser: the provider's address with an AuthnRequest (redirect binding)."""
    request = etree.Element(
        f"{{{_SAMLP}}}AuthnRequest",
        attrib={
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": f"{now():%Y-%m-%dT%H:%M:%SZ}",
            "Destination": settings.sso_url,
            "ProtocolBinding": Names.BINDING_HTTP_POST,
            "AssertionConsumerServiceURL": site.acs_url,
        },
        nsmap={"samlp": _SAMLP, "saml": _SAML},
    )
    etree.SubElement(request, f"{{{_SAML}}}Issuer").text = site.entity_id(connection_id)
    etree.SubElement(
        request, f"{{{_SAMLP}}}NameIDPolicy", attrib={"Format": Names.NAMEID_UNSPECIFIED, "AllowCreate": "true"}
    )
    key = private_key if settings.signs_requests else None
    return redirect_url(settings.sso_url, "SAMLRequest", request, state, key)


def redirect_url(address: str, kind: str, message: Any, state: str, private_key: str | None) -> str:
    """An address with a message (redirect binding), signed where there is a key."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(etree.tostring(message)) + packer.flush()
    query = urlencode({kind: base64.b64encode(packed).decode()} | ({"RelayState": state} if state else {}))
    if private_key:
        query = saml_keys.signed_query(query, private_key)
    return address + ("&" if urlsplit(address).query else "?") + query


def accept(
    settings: SamlSettings, site: Site, connection_id: UUID, *, request_id: str, answer: str, private_key: str | None
) -> Accepted:
    """Check an answer (base64, as posted) to the request. Raises SsoRefused. Costs some milliseconds of processor."""
    try:
        document = base64.b64decode(answer, validate=True) if len(answer) <= MAX_ANSWER else b""
    except (binascii.Error, ValueError):
        document = b""
    tree = parse(document, "The provider's answer")
    _judge_status(tree)
    _judge_request(tree, request_id)
    if saml_keys.is_encrypted(tree):
        if private_key is None:
            raise SsoRefused(
                "The assertion is encrypted, and this connection has no key yet. Make one in its settings.", "encrypted"
            )
        saml_keys.judge_encryption(tree, answer_is_signed=_answer_is_signed(settings, document))
    toolkit = _toolkit(settings, site, connection_id, answer, private_key)
    if toolkit.encrypted:
        tree = parse(etree.tostring(toolkit.decrypted_document), "The provider's answer")
    assertion = _judge_shape(tree)
    _judge_signature(assertion)
    _verify(toolkit, site, request_id)
    expires_at = _judge_conditions(assertion, site, connection_id, request_id)
    name_id = toolkit.get_nameid_data()
    if name_id.get("Format") == Names.NAMEID_TRANSIENT:
        raise SsoRefused(
            "The provider sends a NameID that changes with every sign-in (transient). Choose the format "
            "persistent or emailAddress.",
            "no_subject",
        )
    attributes = {name: list(values) for name, values in toolkit.get_attributes().items()}
    index = text_of(toolkit.get_session_index())
    identity = replace(_identity(settings, name_id, attributes), session=ProviderSession(index, name_id))
    return Accepted(identity, hashlib.sha256(str(assertion.get("ID")).encode()).digest(), expires_at)


def _identity(settings: SamlSettings, name_id: dict[str, Any], attributes: dict[str, list[Any]]) -> ProviderIdentity:
    first = partial(_first, attributes)
    subject = subject_of(name_id.get("Value"))
    whole = " ".join(part for part in (first(_GIVEN), first(_FAMILY)) if part)
    groups = next((attributes[n] for n in _named(settings.groups_attribute, _GROUPS) if n in attributes), [])
    return ProviderIdentity(
        issuer=settings.entity_id,
        subject=subject,
        email=first(_named(settings.email_attribute, _EMAIL)) or (subject if "@" in subject else None),
        email_verified=None,
        name=first(_named(settings.name_attribute, _NAME)) or whole or None,
        groups=groups_of(groups),
        claims={"NameID": subject, "NameID format": name_id.get("Format"), **attributes},
    )


def _named(chosen: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    return (chosen,) if chosen else usual


def _first(attributes: dict[str, list[Any]], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := text_of(attributes.get(name)))), None)


def parse(document: bytes, what: str) -> Any:
    """The document's root. Comments and processing instructions are refused: parsers disagree about them."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SsoRefused(f"{what} is not XML.", "bad_answer") from error
    if tree.getroottree().docinfo.doctype or next(tree.iter(etree.Entity), None) is not None:
        raise SsoRefused(f"{what} has a document type or entities, which are not accepted.", "bad_answer")
    if what != "The metadata" and next(tree.iter(etree.Comment, etree.ProcessingInstruction), None) is not None:
        raise SsoRefused(f"{what} holds comments, which can hide parts of a name.", "bad_answer")
    return tree


def _judge_status(tree: Any) -> None:
    if tree.tag != f"{{{_SAMLP}}}Response":
        raise SsoRefused("The provider's answer is no SAML response.", "bad_answer")
    codes = tree.findall(f"{{{_SAMLP}}}Status/{{{_SAMLP}}}StatusCode")
    code = codes[0].get("Value", "") if len(codes) == 1 else ""
    if code != Names.STATUS_SUCCESS:
        told = text_of(tree.findtext(f"{{{_SAMLP}}}Status/{{{_SAMLP}}}StatusMessage"))
        inner = codes[0].find(f"{{{_SAMLP}}}StatusCode") if codes else None
        kind = (inner.get("Value", "") if inner is not None else code).rpartition(":")[2]
        raise SsoRefused(f"The provider declined: {told or kind or 'no reason given'}.", "declined")


def _judge_shape(tree: Any) -> Any:
    """The one assertion, standing where it must. Wrapping attacks need a second one, or one elsewhere."""
    if saml_keys.is_encrypted(tree):
        raise SsoRefused("Only the assertion as a whole can be encrypted, and once.", "encrypted")
    everywhere = tree.xpath("//*[local-name()='Assertion']")
    direct = tree.findall(f"{{{_SAML}}}Assertion")
    if len(everywhere) != 1 or len(direct) != 1 or tree.xpath("count(//*[local-name()='Response'])") != 1:
        raise SsoRefused("The answer must hold exactly one assertion, directly inside the response.", "bad_answer")
    ids = tree.xpath("//@ID | //@Id | //@id | //@xml:id", namespaces={"xml": "http://www.w3.org/XML/1998/namespace"})
    if len(ids) != len(set(ids)):
        raise SsoRefused("Two parts of the answer carry the same ID.", "bad_answer")
    return direct[0]


def _judge_request(tree: Any, request_id: str) -> None:
    answered = tree.get("InResponseTo")
    if not answered:
        raise SsoRefused("The provider sent an answer that was not asked for. Start from the sign-in page.", "unasked")
    if answered != request_id:
        raise SsoRefused("The answer belongs to another sign-in.", "unasked")


def _judge_signature(assertion: Any) -> None:
    """The assertion's own signature covers the whole assertion, by methods that are still sound."""
    signatures = assertion.findall(f"{{{_DSIG}}}Signature")
    if not signatures:
        raise SsoRefused("The assertion is not signed. Let the provider sign assertions.", "not_signed")
    allowed = {assertion, assertion.getparent()}
    tree = assertion.getroottree()
    if len(signatures) != 1 or any(s.getparent() not in allowed for s in tree.iter(f"{{{_DSIG}}}Signature")):
        raise SsoRefused("The answer has signatures in places where none belong.", "wrong_signature")
    if next(tree.iter(f"{{{_DSIG}}}Object"), None) is not None:
        raise SsoRefused("A signature carries content of its own.", "wrong_signature")
    for signature in tree.iter(f"{{{_DSIG}}}Signature"):
        info = signature.find(f"{{{_DSIG}}}SignedInfo")
        references = [] if info is None else info.findall(f"{{{_DSIG}}}Reference")
        covered = f"#{signature.getparent().get('ID')}"
        if info is None or len(references) != 1 or references[0].get("URI") != covered:
            raise SsoRefused("A signature does not cover the part that it stands in.", "wrong_signature")
        methods = {
            info.find(f"{{{_DSIG}}}SignatureMethod").get("Algorithm"): _SIGNATURE_METHODS,
            references[0].find(f"{{{_DSIG}}}DigestMethod").get("Algorithm"): _DIGEST_METHODS,
            **{t.get("Algorithm"): _TRANSFORMS for t in references[0].iter(f"{{{_DSIG}}}Transform")},
        }
        if refused := [name for name, accepted in methods.items() if name not in accepted]:
            raise SsoRefused(f"The signature uses “{text_of(refused[0])}”, which is not accepted.", "wrong_signature")


def _answer_is_signed(settings: SamlSettings, document: bytes) -> bool:
    """Whether the response itself, not only what it holds, carries a signature of the provider."""
    return any(
        OneLogin_Saml2_Utils.validate_sign(
            document, cert=OneLogin_Saml2_Utils.format_cert(certificate), xpath="/samlp:Response/ds:Signature"
        )
        for certificate in settings.certificates
    )


def _toolkit(
    settings: SamlSettings, site: Site, connection_id: UUID, answer: str, private_key: str | None
) -> OneLogin_Saml2_Response:
    """The toolkit's reading of the answer; an encrypted assertion is opened by that."""
    ours = _ours(site, connection_id)
    if private_key and settings.our_certificate:
        ours |= {"privateKey": private_key, "x509cert": settings.our_certificate}
    theirs = {
        "entityId": settings.entity_id,
        "singleSignOnService": {"url": settings.sso_url, "binding": Names.BINDING_HTTP_REDIRECT},
        "x509certMulti": {"signing": settings.certificates},
    }
    found = {"strict": True, "sp": ours, "security": _SECURITY, "idp": theirs}
    try:
        return OneLogin_Saml2_Response(OneLogin_Saml2_Settings(found), answer)
    except xmlsec.Error as error:
        raise SsoRefused(
            "The encrypted assertion does not open with our key. Give the provider our metadata anew.", "encrypted"
        ) from error
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, etree.LxmlError, ValueError) as error:
        raise SsoRefused(f"The provider's answer cannot be used: {text_of(str(error))}", "bad_answer") from error


def _verify(response: OneLogin_Saml2_Response, site: Site, request_id: str) -> None:
    address = urlsplit(site.acs_url)
    here = {
        "https": "on" if address.scheme == "https" else "off",
        "http_host": address.netloc,
        "script_name": address.path,
    }
    try:
        response.is_valid(here, request_id, raise_exceptions=True)
    except OneLogin_Saml2_ValidationError as error:
        _refuse(error)
    except (OneLogin_Saml2_Error, etree.LxmlError, ValueError, AttributeError) as error:
        raise SsoRefused(f"The provider's answer cannot be used: {text_of(str(error))}", "bad_answer") from error


def _refuse(error: OneLogin_Saml2_ValidationError) -> NoReturn:
    reason, told = _REASONS.get(error.code, ("bad_answer", f"The provider's answer was refused: {text_of(str(error))}"))
    raise SsoRefused(told, reason) from error


def _judge_conditions(assertion: Any, site: Site, connection_id: UUID, request_id: str) -> datetime:
    """What the toolkit lets pass when it is absent: audience, recipient, request and end. Returns the end."""
    audiences = [
        (node.text or "").strip()
        for node in assertion.iterfind(f"{{{_SAML}}}Conditions/{{{_SAML}}}AudienceRestriction/{{{_SAML}}}Audience")
    ]
    if site.entity_id(connection_id) not in audiences:
        raise SsoRefused("The assertion was made for another application (audience).", "wrong_audience")
    for confirmation in assertion.iterfind(f"{{{_SAML}}}Subject/{{{_SAML}}}SubjectConfirmation"):
        data = confirmation.find(f"{{{_SAML}}}SubjectConfirmationData")
        if confirmation.get("Method") != Names.CM_BEARER or data is None:
            continue
        end = moment(data.get("NotOnOrAfter"))
        if (
            data.get("Recipient") == site.acs_url
            and data.get("InResponseTo") == request_id
            and end is not None
            and end > now()
        ):
            return end
    _refuse(_Invalid("", _Invalid.WRONG_SUBJECTCONFIRMATION))


def moment(text: str | None) -> datetime | None:
    """A time as SAML writes it; None for anything else."""
    try:
        return datetime.fromtimestamp(OneLogin_Saml2_Utils.parse_SAML_to_time(text), UTC) if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def _quoted(entity: str | None) -> str:
    """An entity id that can stand in the toolkit's XPath."""
    if not entity or "'" in entity or len(entity) > 1024:
        raise SsoRefused("The metadata's entityID is missing or unusable.", "bad_metadata")
    return entity


def _ours(site: Site, connection_id: UUID) -> dict[str, Any]:
    return {
        "entityId": site.entity_id(connection_id),
        "assertionConsumerService": {"url": site.acs_url, "binding": Names.BINDING_HTTP_POST},
        "singleLogoutService": {"url": site.slo_url(connection_id), "binding": Names.BINDING_HTTP_REDIRECT},
        "NameIDFormat": Names.NAMEID_UNSPECIFIED,
    }

"""A SAML 2.0 identity provider in a thread: metadata, a sign-in page that posts its answer, and ways to go wrong."""

import base64
import html
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import uuid4

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"saml": SAML, "samlp": SAMLP, "ds": DSIG}
FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:"


@dataclass(frozen=True)
class Said:
    """What an assertion says; None leaves the part out."""

    request_id: str
    acs_url: str
    audience: str | None
    name_id: str = "person@harbour.example"
    name_id_format: str = FORMAT + "emailAddress"
    attributes: dict[str, list[str]] = field(default_factory=dict)
    issuer: str = ""
    in_response_to: str | None = None
    confirmed_for: str | None = None
    recipient: str | None = None
    destination: str | None = None
    starts: timedelta = timedelta(minutes=-1)
    ends: timedelta = timedelta(minutes=5)
    assertion_id: str = ""
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"


class Identity:
    """A key pair with a self-signed certificate."""

    def __init__(self, name: str, days: int = 365) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        moment = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(moment - timedelta(days=400))
            .not_valid_after(moment + timedelta(days=days))
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def certificate_text(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


class SamlProvider:
    """Answers AuthnRequests; `attributes` are what it says about everybody."""

    def __init__(self) -> None:
        self.port = 0
        self.identity = Identity("Test provider")
        self.entity_id = "urn:example:provider"
        self.attributes: dict[str, list[str]] = {}

    @property
    def metadata_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/metadata"

    @property
    def sso_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sso?tenant=a&region=b"

    @property
    def slo_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/slo"

    def metadata(self) -> str:
        return f"""<?xml version="1.0"?><!-- made by a tool -->
        <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity_id}">
          <md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}">
            <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DSIG}"><ds:X509Data>
              <ds:X509Certificate>{self.identity.certificate_text}</ds:X509Certificate>
            </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
            <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
              Location="{self.slo_url}"/>
            <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
              Location="{html.escape(self.sso_url)}"/>
          </md:IDPSSODescriptor>
        </md:EntityDescriptor>"""

    def read(self, url: str) -> tuple[Said, str]:
        """What a right answer to the request in a redirect says, and the relay state."""
        query = parse_qs(urlsplit(url).query)
        request = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
        assert request.tag == f"{{{SAMLP}}}AuthnRequest"
        assert request.get("Destination") == self.sso_url
        said = Said(
            request_id=request.get("ID"),
            acs_url=request.get("AssertionConsumerServiceURL"),
            audience=request.findtext(f"{{{SAML}}}Issuer"),
            attributes=self.attributes,
            issuer=self.entity_id,
        )
        said = replace(
            said, in_response_to=said.request_id, confirmed_for=said.request_id, recipient=said.acs_url,
            destination=said.acs_url, assertion_id=f"_{uuid4().hex}",
        )  # fmt: skip
        return said, query["RelayState"][0]

    def check_signature(self, url: str, certificate: str) -> None:
        """A redirect's signature must fit the certificate; raises InvalidSignature."""
        signed, _, signature = urlsplit(url).query.partition("&Signature=")
        signed = signed[signed.index("SAMLRequest=") :]
        key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
        key.verify(base64.b64decode(unquote(signature)), signed.encode(), padding.PKCS1v15(), hashes.SHA256())

    def redirect(self, kind: str, document: str, *, state: str = "", identity: Identity | None = None) -> str:
        """A signed query of the redirect binding; `kind` is SAMLRequest or SAMLResponse."""
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(document.encode()) + packer.flush()
        query = urlencode({kind: base64.b64encode(packed).decode()} | ({"RelayState": state} if state else {}))
        query += "&" + urlencode({"SigAlg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"})
        key = (identity or self.identity).key
        signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        return query + "&" + urlencode({"Signature": base64.b64encode(signature).decode()})

    def ending(
        self, kind: str, destination: str, inner: str, *, about: str = "", issuer: str = "", age: int = 0
    ) -> str:
        """A LogoutRequest or LogoutResponse."""
        return (
            f'<samlp:{kind} xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_{uuid4().hex}" Version="2.0" '
            f'IssueInstant="{datetime.now(UTC) - timedelta(minutes=age):%Y-%m-%dT%H:%M:%SZ}" '
            f'Destination="{html.escape(destination)}"{about}>'
            f"<saml:Issuer>{issuer or self.entity_id}</saml:Issuer>{inner}</samlp:{kind}>"
        )

    def document(self, said: Said):
        """An unsigned response."""
        moment = datetime.now(UTC)
        start, end = (f"{moment + part:%Y-%m-%dT%H:%M:%SZ}" for part in (said.starts, said.ends))
        audience = (
            f"<saml:AudienceRestriction><saml:Audience>{said.audience}</saml:Audience></saml:AudienceRestriction>"
            if said.audience
            else ""
        )
        confirmed = "".join(
            f' {name}="{value}"'
            for name, value in (("InResponseTo", said.confirmed_for), ("Recipient", said.recipient))
            if value
        )
        attributes = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{html.escape(value)}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in said.attributes.items()
        )
        statement = f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement>" if attributes else ""
        about = "".join(
            f' {name}="{value}"'
            for name, value in (("InResponseTo", said.in_response_to), ("Destination", said.destination))
            if value
        )
        text = (
            f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_{uuid4().hex}" Version="2.0" '
            f'IssueInstant="{start}"{about}><saml:Issuer>{said.issuer}</saml:Issuer>'
            f'<samlp:Status><samlp:StatusCode Value="{said.status}"/></samlp:Status>'
            f'<saml:Assertion ID="{said.assertion_id}" Version="2.0" IssueInstant="{start}">'
            f"<saml:Issuer>{said.issuer}</saml:Issuer><saml:Subject>"
            f'<saml:NameID Format="{said.name_id_format}">{said.name_id}</saml:NameID>'
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{end}"{confirmed}/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{start}" NotOnOrAfter="{end}">{audience}</saml:Conditions>'
            f'<saml:AuthnStatement AuthnInstant="{start}" SessionIndex="_at-the-provider">'
            "<saml:AuthnContext><saml:AuthnContextClassRef>"
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
            f"</saml:AuthnStatement>{statement}</saml:Assertion></samlp:Response>"
        )
        return etree.fromstring(text)

    def sign(self, element, *, identity: Identity | None = None, method=xmlsec.Transform.RSA_SHA256, digest=None):
        """Sign an element in place, behind its issuer."""
        identity = identity or self.identity
        signature = xmlsec.template.create(element, xmlsec.Transform.EXCL_C14N, method, ns="ds")
        element.find(f"{{{SAML}}}Issuer").addnext(signature)
        xmlsec.tree.add_ids(element, ["ID"])
        reference = xmlsec.template.add_reference(
            signature, digest or xmlsec.Transform.SHA256, uri=f"#{element.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(identity.pem, xmlsec.KeyFormat.PEM, None)
        context.sign(signature)
        return element

    def signed(self, said: Said):
        """A right response: its assertion is signed."""
        document = self.document(said)
        self.sign(document.find(f"{{{SAML}}}Assertion"))
        return document


def encrypted(document, certificate: str, *, method=xmlsec.Transform.AES256_GCM, wrapping=xmlsec.Transform.RSA_OAEP):
    """The response with its assertion encrypted for whoever holds the key of the certificate (base64 of DER)."""
    assertion = document.find(f"{{{SAML}}}Assertion")
    template = xmlsec.template.encrypted_data_create(document, method, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    wrapped_key = xmlsec.template.add_encrypted_key(key_info, wrapping)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped_key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(base64.b64decode(certificate), xmlsec.KeyFormat.CERT_DER, None))
    context = xmlsec.EncryptionContext(manager)
    bits = {xmlsec.Transform.AES256_GCM: 256, xmlsec.Transform.AES256: 256}[method]
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, bits, xmlsec.KeyDataType.SESSION)
    data = context.encrypt_xml(template, assertion)
    holder = etree.Element(f"{{{SAML}}}EncryptedAssertion")
    data.getparent().replace(data, holder)
    holder.append(data)
    return document


def encode(document) -> str:
    """As it is posted."""
    data = document if isinstance(document, bytes) else etree.tostring(document)
    return base64.b64encode(data).decode()


@contextmanager
def running():
    """The provider on a port of its own."""
    provider = SamlProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metadata":
                return self.answer(provider.metadata(), "application/samlmetadata+xml")
            if not self.path.startswith("/sso?"):
                return self.send_error(404)
            said, relay_state = provider.read(self.path)
            return self.answer(
                f'<form method="post" action="{said.acs_url}">'
                f'<input name="SAMLResponse" value="{encode(provider.signed(said))}">'
                f'<input name="RelayState" value="{html.escape(relay_state)}"></form>',
                "text/html",
            )

        def answer(self, text: str, media_type: str) -> None:
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Messages about signing out between us and a SAML provider.

After SAML 2.0 Core 3.7, Profiles 4.4 and Bindings 3.4 (redirect). Both directions are signed; a message that is not
signed by the provider's key is not read further.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.modules.identity.service.single_sign_on import saml, saml_keys
from tradewind.modules.identity.service.single_sign_on.claims import ProviderSession, Site, subject_of
from tradewind.modules.identity.service.single_sign_on.saml import SamlSettings

MAX_QUERY = 32 * 1024
FRESH = timedelta(minutes=10)
_SAML, _SAMLP = Names.NS_SAML, Names.NS_SAMLP
_MAX_MESSAGE = 128 * 1024
_LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Ending:
    """A provider's request to end sessions: of a subject, and only these where it names any."""

    id: str
    subject: str
    sessions: tuple[str, ...]
    state: str


def request_url(
    settings: SamlSettings, site: Site, connection_id: UUID, session: ProviderSession,
    *, request_id: str, state: str, private_key: str,
) -> str:  # fmt: skip
    """Where to send the browser so that the provider ends its session."""
    assert settings.slo_url
    request = _message("LogoutRequest", settings.slo_url, site.entity_id(connection_id), request_id)
    name = session.handle
    about = {key: name[key] for key in ("Format", "NameQualifier", "SPNameQualifier") if name.get(key)}
    etree.SubElement(request, f"{{{_SAML}}}NameID", attrib=about).text = name["Value"]
    if session.name:
        etree.SubElement(request, f"{{{_SAMLP}}}SessionIndex").text = session.name
    return saml.redirect_url(settings.slo_url, "SAMLRequest", request, state, private_key)


def answer_url(
    settings: SamlSettings, site: Site, connection_id: UUID, *, request_id: str, state: str, private_key: str | None
) -> str | None:
    """Where to send the browser after the provider's request was carried out; None where it names no address."""
    address = settings.slo_answer_url or settings.slo_url
    if address is None:
        return None
    answer = _message("LogoutResponse", address, site.entity_id(connection_id), f"_{new_id().hex}")
    answer.set("InResponseTo", request_id)
    status = etree.SubElement(answer, f"{{{_SAMLP}}}Status")
    etree.SubElement(status, f"{{{_SAMLP}}}StatusCode", attrib={"Value": Names.STATUS_SUCCESS})
    return saml.redirect_url(address, "SAMLResponse", answer, state, private_key)


def read_request(settings: SamlSettings, site: Site, connection_id: UUID, raw: str) -> Ending:
    """What a provider's signed request wants ended. `raw` is the query as it came. Raises SsoRefused."""
    tree, state = _opened(settings, site, connection_id, raw, "SAMLRequest", "LogoutRequest")
    end = saml.moment(tree.get("NotOnOrAfter"))
    if end is not None and end + _LEEWAY <= now():
        raise SsoRefused("The request to sign out has expired. Check the clocks of both servers.", "wrong_time")
    names = tree.findall(f"{{{_SAML}}}NameID")
    if len(names) != 1:
        raise SsoRefused("The request to sign out names nobody (encrypted names are not accepted).", "no_subject")
    indices = (node.text for node in tree.iterfind(f"{{{_SAMLP}}}SessionIndex"))
    return Ending(str(tree.get("ID")), subject_of(names[0].text), tuple(text for text in indices if text)[:100], state)


def judge_answer(settings: SamlSettings, site: Site, connection_id: UUID, raw: str, *, request_id: str) -> None:
    """Check a provider's answer to our request. Raises SsoRefused where it did not end its session."""
    tree, _ = _opened(settings, site, connection_id, raw, "SAMLResponse", "LogoutResponse")
    if tree.get("InResponseTo") != request_id:
        raise SsoRefused("The answer belongs to another request.", "unasked")
    code = tree.find(f"{{{_SAMLP}}}Status/{{{_SAMLP}}}StatusCode")
    if code is None or code.get("Value") != Names.STATUS_SUCCESS:
        raise SsoRefused("The provider did not end its session.", "declined")


def _message(kind: str, address: str, issuer: str, message_id: str) -> Any:
    about = {
        "ID": message_id,
        "Version": "2.0",
        "IssueInstant": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "Destination": address,
    }
    made = etree.Element(f"{{{_SAMLP}}}{kind}", attrib=about, nsmap={"samlp": _SAMLP, "saml": _SAML})
    etree.SubElement(made, f"{{{_SAML}}}Issuer").text = issuer
    return made


def _opened(
    settings: SamlSettings, site: Site, connection_id: UUID, raw: str, parameter: str, kind: str
) -> tuple[Any, str]:
    """`(message, relay state)` of a redirect's query, if the provider signed them for this address, lately."""
    signed = saml_keys.signed_message(raw, parameter, settings.certificates) if len(raw) <= MAX_QUERY else None
    if signed is None:
        raise SsoRefused("The message is not signed with a key of the provider.", "wrong_signature")
    try:
        packed = base64.b64decode(signed[0], validate=True)
        unpacker = zlib.decompressobj(-15)
        document = unpacker.decompress(packed, _MAX_MESSAGE)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise SsoRefused("The message cannot be read.", "bad_answer") from error
    if not unpacker.eof:
        raise SsoRefused("The message is cut off or too large.", "bad_answer")
    tree = saml.parse(document, "The message")
    if tree.tag != f"{{{_SAMLP}}}{kind}" or not tree.get("ID"):
        raise SsoRefused(f"The message is no {kind}.", "bad_answer")
    if (tree.findtext(f"{{{_SAML}}}Issuer") or "").strip() != settings.entity_id:
        raise SsoRefused("The message comes from another provider than the connection names.", "wrong_issuer")
    if tree.get("Destination") != site.slo_url(connection_id):
        raise SsoRefused("The message was meant for another address.", "wrong_recipient")
    issued = saml.moment(tree.get("IssueInstant"))
    if issued is None or abs(now() - issued) > FRESH:
        raise SsoRefused("The message is too old, or from the future. Check the clocks of both servers.", "wrong_time")
    return tree, signed[1]

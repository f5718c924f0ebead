"""What can be known about a person from what was given: each finding with its source and confidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tradewind.modules.leads.normal_forms import (
    FREE_MAIL_DOMAINS,
    ROLE_MAILBOXES,
    company_key,
    normal_country,
    normal_domain,
    normal_email,
    normal_phone,
    split_name,
)


@dataclass(slots=True)
class EnrichedPerson:
    """Normal forms and findings for one person.

    `findings` is what the `enrichment` column holds: field → {value, source, confidence[, raw]}. Fields that were
    given are never overwritten; what was inferred (country from the phone number …) is offered beside them.
    """

    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    email: str | None = None
    email_key: str | None = None
    phone: str | None = None
    phone_key: str | None = None
    country: str | None = None
    company_name: str | None = None
    company_domain: str | None = None
    company_key: str | None = None
    website: str | None = None
    free_mail: bool = False
    role_address: bool = False
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def enrich_person(fields: Mapping[str, Any], *, default_country: str | None = None) -> EnrichedPerson:
    """Normalise and enrich a person's given fields (first_name, last_name, full_name, email, phone, country,
    company_name, website). What cannot be read is left out and named in `problems`: field → sentence.
    """
    person = EnrichedPerson()
    findings = person.findings
    _name(person, fields)
    if company_name := fields.get("company_name"):
        person.company_name = company_name
        person.company_key = company_key(company_name) or None
    if country_text := fields.get("country"):
        person.country = normal_country(country_text)
        if person.country is None:
            person.problems["country"] = "No country is known by this name."
            findings["country"] = _country_finding(None, "import", country_text)
        elif person.country != country_text:
            findings["country"] = _country_finding(person.country, "country name", country_text)
    if phone_text := fields.get("phone"):
        phone = normal_phone(phone_text, person.country or default_country)
        person.phone = phone_text
        if phone is None:
            person.problems["phone"] = "This is not a valid phone number; it is kept as written."
        else:
            person.phone_key = phone.e164
            findings["phone"] = _finding(phone.e164, "phone", phone.confidence)
            if phone.country:
                if person.country != phone.country:
                    findings["phone_country"] = _finding(phone.country, "phone", phone.confidence)
                if person.country is None and not fields.get("country"):
                    person.country = phone.country
                    findings["country"] = _finding(phone.country, "phone", round(phone.confidence - 0.1, 2))
    if email_text := fields.get("email"):
        _email(person, email_text)
    website = fields.get("website")
    if website:
        person.website = website
        domain = normal_domain(website)
        if domain and domain not in FREE_MAIL_DOMAINS:
            person.company_domain = domain
            findings["domain"] = _finding(domain, "website", 0.9)
    return person


def _finding(value: Any, source: str, confidence: float) -> dict[str, Any]:
    return {"value": value, "source": source, "confidence": confidence}


def _country_finding(country: str | None, source: str, written: str) -> dict[str, Any]:
    return {"value": country, "source": source, "confidence": 1.0 if country else 0.0, "raw": written}


def _name(person: EnrichedPerson, fields: Mapping[str, Any]) -> None:
    first = fields.get("first_name") or ""
    last = fields.get("last_name") or ""
    full = fields.get("full_name") or ""
    if full and not (first or last):
        name = split_name(full)
        first, last = name.first, name.last
        person.findings["name"] = _finding({"first": first, "last": last}, "full name", name.confidence)
    person.first_name, person.last_name = first, last
    person.full_name = full or f"{first} {last}".strip()


def _email(person: EnrichedPerson, text: str) -> None:
    address = normal_email(text)
    if address is None:
        person.problems["email"] = "This is not an e-mail address."
        return
    written = text.strip()
    person.email = written if written.lower() == address else address
    person.email_key = address
    mailbox, _, domain = address.rpartition("@")
    if domain in FREE_MAIL_DOMAINS:
        person.free_mail = True
        person.findings["free_mail"] = _finding(True, "email", 1.0)
    elif person.company_domain is None:
        person.company_domain = domain
        person.findings["domain"] = _finding(domain, "email", 0.95)
    if mailbox.split("+", 1)[0] in ROLE_MAILBOXES:
        person.role_address = True
        person.findings["role_address"] = _finding(True, "email", 0.95)

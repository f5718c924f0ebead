"""What a column can be: the fields of a lead and its company, and the header words that name them."""

import re
from dataclasses import dataclass

from tradewind.modules.leads.normal_forms import fold


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column can fill. `kind` says how its cells are read."""

    key: str
    label: str
    kind: str
    headers: tuple[str, ...]


def _target(key: str, label: str, kind: str, headers: str) -> Target:
    return Target(key, label, kind, tuple(part.strip() for part in headers.split(",")))


TARGETS: dict[str, Target] = {
    target.key: target
    for target in (
        _target("id", "Id in Tradewind", "own_id", "tradewind id, tradewind lead id"),
        _target(
            "external_id", "Id in the old system", "id",
            "id, lead id, prospect id, contact id, person id, external id, record id, customer id, client id, "
            "user id, uuid, guid, mql id, kunden id, kundennummer, customerid, crm id, lead external id",
        ),
        _target(
            "first_name", "First name", "name",
            "first name, firstname, given name, forename, vorname, prenom, nombre, nome, voornaam, fname, "
            "contact first name",
        ),
        _target(
            "last_name", "Last name", "name",
            "last name, lastname, surname, family name, nachname, nom, nom de famille, apellido, apellidos, "
            "cognome, sobrenome, achternaam, lname, contact last name, name last",
        ),
        _target(
            "full_name", "Full name", "name",
            "name, full name, fullname, contact, contact name, lead name, person, person name, customer name, "
            "nom complet, nombre completo, vollstandiger name, ansprechpartner, nome completo, naam",
        ),
        _target(
            "email", "E-mail", "email",
            "email, e mail, email address, e mail address, mail, mail address, work email, business email, "
            "email 1, emailadresse, e mail adresse, adresse email, adresse e mail, courriel, correo, correo "
            "electronico, contact email, primary email, email id, posta elettronica",
        ),
        _target(
            "phone", "Phone", "phone",
            "phone, phone number, telephone, telephone number, tel, mobile, mobile phone, mobile number, cell, "
            "cell phone, work phone, business phone, contact number, telefon, telefonnummer, handy, mobil, "
            "telefono, movil, portable, phone 1, primary phone, telefone, cellulare, rufnummer",
        ),
        _target(
            "job_title", "Job title", "text",
            "job title, title, position, role, job, job role, function, occupation, designation, "
            "berufsbezeichnung, funktion, poste, fonction, cargo, puesto, ruolo",
        ),
        _target(
            "company_name", "Company", "text",
            "company, company name, organization, organisation, organization name, organisation name, account, "
            "account name, employer, firm, business, business name, firma, firmenname, unternehmen, entreprise, "
            "societe, empresa, azienda, bedrijf",
        ),
        _target(
            "company.domain", "Company domain", "text",
            "company domain, company website, domain, company domain name, account website, email domain",
        ),
        _target(
            "company.industry", "Industry", "text",
            "industry, company industry, branche, secteur, industria, settore",
        ),
        _target(
            "company.employee_count", "Employees", "number",
            "employees, number of employees, employee count, company size, headcount, mitarbeiter, "
            "mitarbeiterzahl, effectif, empleados, no of employees, num employees",
        ),
        _target(
            "website", "Website", "text",
            "website, web site, url, homepage, web, site web, sitio web, webseite",
        ),
        _target(
            "country", "Country", "country",
            "country, country region, nation, land, pays, pais, paese, country name, country code",
        ),
        _target(
            "region", "State or region", "text",
            "region, state, province, state region, state province, county, bundesland, estado, provincia",
        ),
        _target(
            "city", "City", "text",
            "city, town, ort, stadt, ville, ciudad, citta, cidade, plaats, location city",
        ),
        _target(
            "language", "Language", "text",
            "language, locale, preferred language, sprache, langue, idioma, lingua",
        ),
        _target("time_zone", "Time zone", "text", "time zone, timezone, zeitzone, fuseau horaire"),
        _target(
            "source", "Source", "text",
            "source, lead source, original source, channel, utm source, acquisition channel, lead channel, "
            "quelle, herkunft, origine, fuente, origem, fonte",
        ),
        _target("status", "Status", "status", "status, lead status, lifecycle stage, contact status, lead state"),
        _target(
            "do_not_email", "Do not e-mail", "boolean",
            "do not email, do not e mail, email opt out, unsubscribed, opted out of email, has opted out of "
            "email, email optout",
        ),
        _target(
            "do_not_call", "Do not call", "boolean",
            "do not call, phone opt out, call opt out, donotcall, no calls",
        ),
        _target(
            "converted", "Outcome (converted)", "outcome",
            "converted, is converted, conversion, won, is won, closed won, outcome, is customer, became "
            "customer, deal won, purchased, target, konvertiert, gewonnen, converti, convertido, y, churn, "
            "churned",
        ),
        _target(
            "converted_at", "Converted on", "datetime",
            "converted at, converted date, conversion date, converted on, outcome date, won date, closed date, "
            "close date",
        ),
        _target(
            "first_seen_at", "First seen", "datetime",
            "created at, created date, create date, created, creation date, date created, created on, first "
            "seen, first contact, first contact date, signup date, sign up date, date added, erstellt am, "
            "erstellt, date de creation, fecha de creacion, lead created, registered at",
        ),
        _target(
            "last_activity_at", "Last activity", "datetime",
            "last activity date, last activity at, last seen, last contacted, last contact date, last modified, "
            "last touch, letzte aktivitat",
        ),
        _target("tags", "Tags", "tags", "tags, tag, labels, keywords, schlagworte, etiquettes, etiquetas"),
    )
}  # fmt: skip

_BY_HEADER: dict[str, str] = {header: key for key, target in TARGETS.items() for header in target.headers}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^\w]+|_+")

_AFTER_THE_FACT = re.compile(
    r"\b(tags?|labels?|quality|lead profile|lead score|score|rating|last (notable )?activity|last (interaction|contact"
    r"|touch|modified|updated?)|asymmetrique|disposition|outcome|result|lost reason|reason lost|loss reason|win reason"
    r"|closed?|close date|deal stage|stage|deal amount|amount|revenue|won|contract|invoice|call duration|qualified)\b"
)


def header_words(header: str) -> str:
    """A header in plain lower-case words: `firstName`, `First_Name` and `FIRST NAME` are the same."""
    return fold(_NOT_WORD.sub(" ", _CAMEL.sub(" ", header)))


def target_of_header(header: str) -> str | None:
    """The field a header names, if it is one of the known words."""
    return _BY_HEADER.get(header_words(header)) or _BY_HEADER.get(fold(_NOT_WORD.sub(" ", header)))


def sounds_after_the_fact(header: str) -> str | None:
    """The word by which a column sounds as if it was filled in after the outcome was known, if any."""
    words = header_words(header)
    # A long header is a question put to the person, not a field of the sales people.
    match = _AFTER_THE_FACT.search(words) if words.count(" ") < 4 else None
    return match.group(0) if match else None


def field_key(label: str, taken: set[str]) -> str:
    """A key for a custom field of this label, unlike those `taken`: lower-case letters, digits, underscores."""
    key = re.sub(r"[^a-z0-9]+", "_", header_words(label).encode("ascii", "ignore").decode()).strip("_")[:50]
    if not key or not key[0].isalpha():
        key = f"field_{key}".strip("_")
    unique, number = key, 2
    while unique in taken:
        unique, number = f"{key}_{number}", number + 1
    return unique

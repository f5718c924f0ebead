"""Leads as mails speak of them: what templates may say, and what is known of each person."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email.contracts_rendering import MailField, PersonFacts
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.repository import fields as fields_repository
from tradewind.modules.leads.repository import mail_facts as repository

_PERSON = (
    ("first_name", "First name", "Alex"),
    ("last_name", "Last name", "Morgan"),
    ("full_name", "Full name", "Alex Morgan"),
    ("email", "E-mail", "alex@reader.example.com"),
    ("phone", "Phone", "+44 20 7946 0958"),
    ("job_title", "Job title", "Head of Operations"),
    ("company_name", "Company name", "Northwind Trading"),
    ("city", "City", "Bristol"),
    ("region", "Region", "England"),
    ("country", "Country", "GB"),
    ("language", "Language", "en"),
    ("time_zone", "Time zone", "Europe/London"),
    ("website", "Website", "https://northwind.example.com"),
    ("status", "Status", "new"),
    ("source", "Source", "Website"),
    ("score", "Score", "72"),
    ("score_band", "Score band", "warm"),
)
_COMPANY = (
    ("name", "Company", "Northwind Trading"),
    ("domain", "Domain", "northwind.example.com"),
    ("industry", "Industry", "Wholesale"),
    ("city", "City", "Bristol"),
    ("country", "Country", "GB"),
)
_OWNER = (("name", "Owner’s name", "Sam Rivers"), ("email", "Owner’s e-mail", "sam@seller.example.com"))
# Sealed values never leave in a mail, and files are none.
_CUSTOM_LEFT_OUT = frozenset({"secret"})


class LeadsInMails:
    """Tells the e-mail module who leads are."""

    async def facts(self, session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, PersonFacts]:
        """Leads by id, masked for actors who may not see contact details."""
        found = await masking.shown_all(session, list(await repository.rows(session, person_ids)))
        owners = {row["owner_id"] for row in found if row["owner_id"] is not None}
        members = {one.id: one for one in await identity.list_members(session, active_only=False)} if owners else {}
        return {row["id"]: _facts(row, members.get(row["owner_id"])) for row in found}

    async def fields(self, session: AsyncSession) -> list[MailField]:
        """All that may be said about a lead."""
        custom = [
            MailField(
                path=f"person.custom.{one.key}", label=one.label, group="custom", kind=one.kind, example=one.label
            )
            for one in await fields_repository.custom_fields(session, "lead")
            if one.kind not in _CUSTOM_LEFT_OUT
        ]
        return [
            *_fields("person", _PERSON),
            MailField(path="person.tags", label="Tags", group="person", kind="list", example="newsletter"),
            *_fields("company", _COMPANY),
            *_fields("owner", _OWNER),
            *custom,
        ]


def _fields(group: str, told: Sequence[tuple[str, str, str]]) -> list[MailField]:
    return [
        MailField(path=f"{group}.{name}", label=label, group=group, example=example) for name, label, example in told
    ]


def _facts(row: Mapping[str, Any], owner: Any) -> PersonFacts:
    custom = row["custom"]
    person = {name: row[name] for name, _, _ in _PERSON}
    person["custom"] = orjson.loads(custom) if isinstance(custom, str) else dict(custom or {})
    person["tags"] = list(row["tags"])
    company = {name: row[f"of_company_{name}"] for name, _, _ in _COMPANY}
    company["name"] = company["name"] or row["company_name"]
    return PersonFacts(
        person_id=row["id"],
        name=row["full_name"],
        address=row["email"],
        language=row["language"],
        data={
            "person": person,
            "company": company,
            "owner": {"name": owner.name, "email": owner.email} if owner else {},
        },
    )

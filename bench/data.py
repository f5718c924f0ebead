"""The bench's own installation: one organisation with a million leads of the sample generator.

Made once under TRADEWIND_BENCH_HOME (default /tmp/tradewind-bench) and used by all benches after it. Rows go in
by COPY with the indexes taken away and built afterwards; `python -m bench.data --leads 1000000` makes it alone.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import orjson

from bench.server import HOME
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.sample import world
from tradewind.sample.funnel import Funnel, Leads
from tradewind.sample.leads_file import status
from tradewind.sample.naming import Directory, external_id, phone_number
from tradewind.settings import Settings

UNTIL = date(2026, 3, 2)
COLUMNS = (
    "id", "organisation_id", "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key",
    "job_title", "company_id", "company_name", "status", "source", "country", "city", "website", "owner_id",
    "score", "score_probability", "score_band", "score_kind", "scored_at", "converted", "converted_at",
    "last_activity_at", "custom", "tags", "external_id", "created_at", "updated_at",
)  # fmt: skip
BANDS = ("cold", "cool", "warm", "hot")
TAGS = ("newsletter", "webinar", "partner", "event 2026", "priority")


@dataclass(frozen=True)
class Dataset:
    """What the benches need to know of the installation."""

    leads: int
    organisation_id: UUID
    user_id: UUID
    member_ids: list[UUID]


def settings() -> Settings:
    """Settings of the bench's installation."""
    HOME.mkdir(parents=True, exist_ok=True)
    return Settings(home=HOME, _env_file=None, log_level="WARNING")  # pyright: ignore[reportCallIssue]


async def prepare(*, leads: int = 1_000_000) -> Dataset:
    """The data set, made if it is not there yet."""
    marker = HOME / f"dataset-{leads}.json"
    if marker.exists():
        await _migrate()
        known = json.loads(marker.read_text())
        return Dataset(
            leads, UUID(known["organisation_id"]), UUID(known["user_id"]), [UUID(i) for i in known["member_ids"]]
        )
    modules.load_all()
    database = Database(settings())
    database.start_server()
    await migrate(database)
    await database.open(pooled=False)
    try:
        dataset = await _make(database, leads)
    finally:
        await database.close()
    marker.write_text(
        json.dumps(
            {
                "organisation_id": str(dataset.organisation_id),
                "user_id": str(dataset.user_id),
                "member_ids": [str(i) for i in dataset.member_ids],
            }
        )
    )
    return dataset


async def _migrate() -> None:
    """Bring a data set made earlier to the present schema."""
    database = Database(settings())
    database.start_server()
    try:
        await migrate(database)
    finally:
        await database.close()


async def access_token(database: Database, dataset: Dataset) -> str:
    """A bearer token of the administrator."""
    async with database.transaction(Actor.system(dataset.organisation_id, name="bench")) as session:
        return await identity.issue_access_token(session, dataset.user_id, dataset.organisation_id)


async def _make(database: Database, leads: int) -> Dataset:
    stamp = new_id().hex[-8:]
    async with database.transaction(Actor.system(name="bench")) as session:
        organisation_id = await identity.create_organisation(session, name=f"Bench {leads:,}")
    members = []
    async with database.transaction(Actor.system(organisation_id, name="bench")) as session:
        for member in world.TEAM:
            members.append(
                await identity.create_user(
                    session,
                    organisation_id,
                    email=f"{stamp}.{member.email}",
                    name=member.name,
                    password=f"bench-{stamp}",
                    role=member.role,
                )
            )
    funnel = Funnel(leads=leads, seed=7, until=UNTIL)
    url = database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn=url)
    started = time.perf_counter()
    try:
        indexes = await _drop_indexes(connection)
        company_ids = await _copy_companies(connection, funnel, organisation_id)
        await _copy_leads(connection, funnel, organisation_id, company_ids, members)
        await _add_pipeline(connection, organisation_id)
        print(f"  copied in {time.perf_counter() - started:.0f} s, building indexes", flush=True)
        await connection.execute("SET maintenance_work_mem = '1GB'")
        for statement in indexes:
            await connection.execute(statement)
        for name in ("leads", "companies", "activities", "deals"):
            await connection.execute(f"VACUUM ANALYZE {name}")
    finally:
        await connection.close()
    print(f"  {leads:,} leads ready after {time.perf_counter() - started:.0f} s", flush=True)
    return Dataset(leads, organisation_id, members[0], members)


async def _drop_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop the plain indexes of the large tables; returns the statements that make them again."""
    rows = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "AND tablename IN ('leads', 'activities') AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    )
    for row in rows:
        await connection.execute(f'DROP INDEX "{row["indexname"]}"')
    return [row["indexdef"] for row in rows]


async def _copy_companies(connection: asyncpg.Connection, funnel: Funnel, organisation_id: UUID) -> list[UUID]:
    directory = Directory(funnel)
    ids = [new_id() for _ in range(len(funnel.companies))]

    def rows() -> Iterator[tuple[Any, ...]]:
        for index, company_id in enumerate(ids):
            company = directory.company(index)
            yield (
                company_id, organisation_id, company.name, company.name.lower(), company.domain, company.industry,
                company.size_band, company.employees, company.country.code, company.city,
            )  # fmt: skip

    await connection.copy_records_to_table(
        "companies",
        columns=(
            "id", "organisation_id", "name", "name_key", "domain", "industry", "size_band", "employee_count",
            "country", "city",
        ),
        records=rows(),
    )  # fmt: skip
    return ids


async def _copy_leads(
    connection: asyncpg.Connection,
    funnel: Funnel,
    organisation_id: UUID,
    company_ids: list[UUID],
    members: list[UUID],
) -> None:
    directory = Directory(funnel)
    done = 0
    for index, leads in enumerate(funnel.chunks()):
        rng = np.random.default_rng([funnel.seed, 9, index])
        rows = list(_lead_rows(funnel, directory, leads, rng, organisation_id, company_ids, members))
        await connection.copy_records_to_table("leads", columns=COLUMNS, records=rows)
        await connection.copy_records_to_table(
            "activities",
            columns=("id", "organisation_id", "lead_id", "kind", "title", "occurred_at", "actor_kind", "source"),
            records=_activity_rows(leads, rows, rng, organisation_id),
        )
        done += len(rows)
        if done % 100_000 == 0:
            print(f"  {done:,} leads", flush=True)


def _lead_rows(
    funnel: Funnel,
    directory: Directory,
    leads: Leads,
    rng: np.random.Generator,
    organisation_id: UUID,
    company_ids: list[UUID],
    members: list[UUID],
) -> Iterator[tuple[Any, ...]]:
    count = len(leads)
    truth = 1 / (1 + np.exp(-(leads.fit + leads.intent - 2.2 + rng.normal(0, 0.8, count))))
    states = status(funnel, leads)
    owners = rng.integers(-1, len(members), count).tolist()
    tag_picks = rng.integers(0, 40, count).tolist()
    ages = rng.exponential(20 * 86_400, count)
    decided = leads.decided_at <= funnel.end
    scored_at = datetime.fromtimestamp(funnel.end, UTC)
    for row, (company, person) in enumerate(directory.people(leads)):
        number, probability = int(leads.number[row]), float(truth[row])
        created = datetime.fromtimestamp(float(leads.created[row]), UTC)
        phone = phone_number(company.country, number) or None
        band = BANDS[(probability > 0.15) + (probability > 0.4) + (probability > 0.7)]
        converted = bool(leads.won[row]) if decided[row] else None
        yield (
            new_id(), organisation_id, person.first_name, person.last_name,
            f"{person.first_name} {person.last_name}", person.email, person.email, phone, phone,
            world.TITLES[leads.title[row]].name, company_ids[leads.company[row]], company.name, states[row],
            world.SOURCES[leads.source[row]].name, company.country.code, company.city,
            f"https://www.{company.domain}", members[owners[row]] if owners[row] >= 0 else None,
            round(probability * 100), probability, band, "model", scored_at, converted,
            datetime.fromtimestamp(float(leads.decided_at[row]), UTC) if converted is not None else None,
            datetime.fromtimestamp(min(float(leads.created[row]) + float(ages[row]), funnel.end), UTC),
            orjson.dumps(
                {
                    "visits_first_14_days": int(leads.visits[row]),
                    "trial_started": bool(leads.trial[row]),
                    "industry": company.industry,
                }
            ).decode(),
            [TAGS[tag_picks[row]]] if tag_picks[row] < len(TAGS) else [],
            external_id(number), created, created,
        )  # fmt: skip


def _activity_rows(
    leads: Leads, rows: list[tuple[Any, ...]], rng: np.random.Generator, organisation_id: UUID
) -> Iterator[tuple[Any, ...]]:
    """One arrival per lead, and up to three clicks or visits of those who came back."""
    kinds = ("web.form_submitted", "web.page_view", "email.clicked", "email.opened")
    picks = rng.integers(1, 4, len(leads)).tolist()
    for index, row in enumerate(rows):
        created, last = row[-2], row[25]
        yield (new_id(), organisation_id, row[0], kinds[0], "Talk to us", created, "lead", "Website")
        if leads.visits[index] > 2:
            yield (new_id(), organisation_id, row[0], kinds[picks[index]], "Pricing", last, "lead", "Website")


async def _add_pipeline(connection: asyncpg.Connection, organisation_id: UUID) -> None:
    """A default pipeline, and a deal for every tenth lead with a known outcome or good score."""
    pipeline = new_id()
    await connection.execute(
        "INSERT INTO pipelines (id, organisation_id, name, currency, is_default) VALUES ($1, $2, 'Sales', 'EUR', true)",
        pipeline,
        organisation_id,
    )
    stages = {}
    for position, (name, probability, kind) in enumerate(
        (("Qualified", 0.25, "open"), ("Proposal", 0.6, "open"), ("Won", 1.0, "won"), ("Lost", 0.0, "lost"))
    ):
        stages[name] = new_id()
        await connection.execute(
            "INSERT INTO stages (id, organisation_id, pipeline_id, name, position, probability, kind) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            stages[name], organisation_id, pipeline, name, position, probability, kind,
        )  # fmt: skip
    await connection.execute(
        "INSERT INTO deals (id, organisation_id, name, lead_id, company_id, pipeline_id, stage_id, amount_minor, "
        "currency, owner_id, created_at, closed_at) SELECT gen_random_uuid(), organisation_id, company_name, id, "
        "company_id, $2, CASE WHEN converted THEN $5::uuid WHEN converted = false THEN $6::uuid "
        "WHEN score > 60 THEN $4::uuid ELSE $3::uuid END, 100000 + score * 10000, 'EUR', owner_id, created_at, "
        "converted_at FROM leads WHERE organisation_id = $1 AND (converted OR score > 55)",
        organisation_id, pipeline, stages["Qualified"], stages["Proposal"], stages["Won"], stages["Lost"],
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=int(os.environ.get("TRADEWIND_BENCH_LEADS", "1000000")))
    print(asyncio.run(prepare(leads=parser.parse_args().leads)))

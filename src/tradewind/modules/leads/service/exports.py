"""Exports of a filtered list: streamed out of a server-side cursor, safe to open in a spreadsheet."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.events import publish
from tradewind.kernel.spreadsheets import harmless
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.errors_imports import ExportTooLarge
from tradewind.modules.leads.events import LeadsExported
from tradewind.modules.leads.exported import COLUMNS
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.repository import fields as fields_repository
from tradewind.modules.leads.repository import lists

Format = Literal["csv", "xlsx", "json"]
MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_XLSX_ROWS = 1_048_575
_XLSX_CELL = 32_767
_XLSX_YEAR = 1900
_PREFETCH = 1_000


async def prepare(
    session: AsyncSession,
    *,
    kind: Format,
    condition: Mapping[str, Any] | None,
    q: str | None,
    segment_id: UUID | None,
    ids: Sequence[UUID] = (),
) -> tuple[lists.Selection, list[CustomField]]:
    """Compile the filter, check the size and note the export in the audit log. Raises ConditionInvalid.

    `ids` keeps only these of what the filter finds.
    """
    chosen = await lists.selection(session, condition=condition, q=q, segment_id=segment_id)
    if ids:
        chosen = chosen.among(ids)
    rows = await lists.exact_total(session, chosen)
    if kind == "xlsx" and rows > _XLSX_ROWS:
        raise ExportTooLarge(f"A sheet holds {_XLSX_ROWS:,} rows; the list has {rows:,}. Export it as CSV.")
    await identity.record(
        session, action="lead.exported", subject_type="lead",
        after={
            "format": kind, "rows": rows, "filter": condition, "q": q, "segment_id": segment_id,
            "ids": len(ids) or None,
        },
    )  # fmt: skip
    actor = actor_of(session)
    if by_id := actor.user_id or actor.key_id:
        by = "user" if actor.user_id else "api_key"
        await publish(session, LeadsExported(by=by, by_id=by_id, by_name=actor.name, rows=rows, ip=actor.ip))
    return chosen, await fields_repository.custom_fields(session, "lead")


async def stream(
    session: AsyncSession, kind: Format, chosen: lists.Selection, fields: list[CustomField]
) -> AsyncIterator[bytes]:
    """The export in pieces; memory stays bounded at any number of leads."""
    connection = await asyncpg_connection(session)
    columns = ", ".join(f"leads.{name}" for name in COLUMNS if name != "owner")
    owners = {member.id: member.name for member in await identity.list_members(session, active_only=False)}
    statement = f"select {columns}, leads.custom from leads where {chosen.where} order by leads.created_at, leads.id"
    rows = connection.cursor(statement, *chosen.values, prefetch=_PREFETCH)
    make = {"csv": _csv, "json": _json, "xlsx": _xlsx}[kind]
    async for piece in make(_with_owners(masking.shown_stream(session, rows), owners), fields):
        yield piece


async def _with_owners(
    rows: AsyncIterator[Mapping[str, Any]], owners: Mapping[UUID, str]
) -> AsyncIterator[Mapping[str, Any]]:
    async for row in rows:
        yield {**row, "owner": owners.get(row["owner_id"])}


def _custom(row: Mapping[str, Any]) -> dict[str, Any]:
    value = row["custom"]
    return orjson.loads(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            return str(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case list():
            return "; ".join(str(item) for item in value)
        case UUID():
            return str(value)
        case _:
            return str(value)


async def _csv(rows: Any, fields: list[CustomField]) -> AsyncIterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([*COLUMNS.values(), *[harmless(field.label) for field in fields]])
    keys = [field.key for field in fields]
    async for row in rows:
        custom = _custom(row)
        values = [*[row[name] for name in COLUMNS], *[custom.get(key) for key in keys]]
        writer.writerow(
            [_text(value) if isinstance(value, int | float) else harmless(_text(value)) for value in values]
        )
        if buffer.tell() > 65_536:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def _json(rows: Any, fields: list[CustomField]) -> AsyncIterator[bytes]:
    pieces: list[bytes] = [b"["]
    first = True
    async for row in rows:
        # The driver's UUID is a subclass that orjson does not take for one.
        entry = {name: str(value) if isinstance(value := row[name], UUID) else value for name in COLUMNS}
        entry["custom"] = _custom(row)
        pieces.append((b"" if first else b",\n") + orjson.dumps(entry, default=str, option=orjson.OPT_UTC_Z))
        first = False
        if len(pieces) >= 200:
            yield b"".join(pieces)
            pieces.clear()
    yield b"".join([*pieces, b"]"])


async def _xlsx(rows: Any, fields: list[CustomField]) -> AsyncIterator[bytes]:
    import xlsxwriter  # here: every start would wait for it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(path, {**options, "strings_to_numbers": False, "tmpdir": folder})
        sheet = book.add_worksheet("Leads")
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.set_column(0, len(COLUMNS) + len(fields) - 1, 18)
        for column, label in enumerate([*COLUMNS.values(), *[field.label for field in fields]]):
            sheet.write_string(0, column, label, bold)
        sheet.freeze_panes(1, 0)
        number = 0
        async for row in rows:
            number += 1
            custom = _custom(row)
            values = [*[row[name] for name in COLUMNS], *[custom.get(field.key) for field in fields]]
            for column, value in enumerate(values):
                if isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                elif isinstance(value, datetime) and value.year >= _XLSX_YEAR:
                    # A sheet knows no zones: all times are UTC, as in the other formats.
                    sheet.write_datetime(number, column, value.astimezone(UTC).replace(tzinfo=None), moment)
                elif value is not None and (text := _text(value)):
                    # A text by its type: no spreadsheet runs it, and phone numbers stay as they are.
                    sheet.write_string(number, column, text[:_XLSX_CELL])
        book.close()
        with path.open("rb") as file:
            while chunk := file.read(262_144):
                yield chunk

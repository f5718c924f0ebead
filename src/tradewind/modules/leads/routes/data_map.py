"""What kinds of personal data are kept, and where."""

from collections.abc import Mapping

from tradewind.kernel.access import Session, requires
from tradewind.kernel.classification import MASKED_CLASSES, PERMISSION, DataClass, classified_tables
from tradewind.kernel.routing import Router
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.repository import fields

router = Router(tags=["Data map"])


class DataMapEntry(Schema):
    """One column, or one custom field (`custom.<key>`); `masked` says whether leads:personal is needed to see it.

    `seen_by` names the roles that see its values, of the records that they see.
    """

    table: str
    column: str
    label: str | None
    classification: DataClass
    masked: bool
    seen_by: list[str]


class DataMap(Schema):
    """Every column that is about people, companies or deals, with the kind of data it holds."""

    items: list[DataMapEntry]


# Further tables are read with the leads they belong to.
_READING = {"deals": "deals:read", "tasks": "tasks:read"}
_TABLES = {"lead": "leads", "company": "companies", "deal": "deals"}


@router.get("/data-map", dependencies=[requires("organisation:read")])
async def read_data_map(session: Session) -> DataMap:
    """What kinds of data are kept where; the organisation's custom fields follow the columns."""
    holders = await identity.permissions_by_role(session)
    entries = [
        _entry(holders, table, column, None, kind)
        for table, columns in classified_tables().items()
        for column, kind in columns.items()
    ]
    entries += [
        _entry(holders, _TABLES[field.entity], f"custom.{field.key}", field.label, field.classification)
        for field in await fields.custom_fields(session, secret=True)
    ]
    return DataMap(items=entries)


def _entry(
    holders: Mapping[str, frozenset[str]], table: str, column: str, label: str | None, kind: DataClass | str
) -> DataMapEntry:
    masked = kind in MASKED_CLASSES
    needed = {_READING.get(table, "leads:read")} | ({PERMISSION} if masked else set())
    return DataMapEntry.model_validate(
        {
            "table": table,
            "column": column,
            "label": label,
            "classification": kind,
            "masked": masked,
            "seen_by": [role for role, permissions in holders.items() if needed <= permissions],
        }
    )

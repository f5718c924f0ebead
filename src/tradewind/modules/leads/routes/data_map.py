"""What kinds of personal data are kept, and where."""

from fastapi import APIRouter
from pydantic import BaseModel

from tradewind.kernel.access import Session, requires
from tradewind.kernel.classification import MASKED_CLASSES, DataClass, classified_tables
from tradewind.modules.leads.repository import fields

router = APIRouter(tags=["Data map"])


class DataMapEntry(BaseModel):
    """One column, or one custom field (`custom.<key>`); `masked` says whether leads:personal is needed to see it."""

    table: str
    column: str
    label: str | None
    classification: DataClass
    masked: bool


class DataMap(BaseModel):
    """Every column that is about people, companies or deals, with the kind of data it holds."""

    items: list[DataMapEntry]


_TABLES = {"lead": "leads", "company": "companies", "deal": "deals"}


@router.get("/data-map", dependencies=[requires("organisation:read")])
async def read_data_map(session: Session) -> DataMap:
    """What kinds of data are kept where; the organisation's custom fields follow the columns."""
    entries = [
        _entry(table, column, None, kind)
        for table, columns in classified_tables().items()
        for column, kind in columns.items()
    ]
    entries += [
        _entry(_TABLES[field.entity], f"custom.{field.key}", field.label, field.classification)
        for field in await fields.custom_fields(session)
    ]
    return DataMap(items=entries)


def _entry(table: str, column: str, label: str | None, kind: DataClass | str) -> DataMapEntry:
    return DataMapEntry.model_validate(
        {"table": table, "column": column, "label": label, "classification": kind, "masked": kind in MASKED_CLASSES}
    )

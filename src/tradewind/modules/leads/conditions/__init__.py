"""The condition language of filters, segments, routing and campaigns, compiled to SQL in one place."""

from tradewind.modules.leads.conditions.catalogue import (
    OPERATORS,
    CustomFieldRow,
    Field,
    Fields,
    SegmentRow,
)
from tradewind.modules.leads.conditions.compiler import Compiled, compile, references

__all__ = [
    "OPERATORS",
    "Compiled",
    "CustomFieldRow",
    "Field",
    "Fields",
    "SegmentRow",
    "compile",
    "references",
]

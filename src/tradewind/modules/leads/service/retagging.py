"""Carrying changes of tags over to all leads."""

from tradewind.kernel.events import publish
from tradewind.kernel.jobs import JobContext, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.leads.repository import fields as repository

_BATCH = 2_000


class ReplaceTag(Schema):
    """A tag and its new name; None removes it."""

    name: str
    new_name: str | None


@job("leads.replace_tag")
async def replace_tag(context: JobContext, payload: ReplaceTag) -> None:
    """Rename or remove a tag on all leads, a batch a transaction."""
    while True:
        async with context.transaction() as session:
            ids = await repository.replace_tag(session, payload.name, payload.new_name, _BATCH)
            if ids:
                await publish(session, LeadsChanged(lead_ids=ids, changed=["tags"]))
        if len(ids) < _BATCH:
            return

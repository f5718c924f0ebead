"""Costs of campaigns: entered by hand, or imported from a file."""

import csv
import hashlib
import io
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.validation import field_errors
from tradewind.modules.campaigns.errors import CostNotFound, CostsInvalid, LimitReached
from tradewind.modules.campaigns.models import Campaign, CampaignCost
from tradewind.modules.campaigns.repository import costs as repository
from tradewind.modules.campaigns.schemas.campaign_costs import (
    CostCreate,
    CostRead,
    CostsImport,
    CostsImported,
    CostUpdate,
)
from tradewind.modules.campaigns.service import budgets, campaigns

MAX_COSTS = 5_000
_COLUMNS = ("day", "amount", "currency", "channel", "note")
_TOLD = 20
# Currencies whose amounts are not counted in hundredths.
_WHOLE = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


async def list_costs(session: AsyncSession, campaign_id: UUID) -> list[CostRead]:
    """Costs of a campaign, the newest day first. Raises CampaignNotFound."""
    await campaigns.require(session, campaign_id)
    return [CostRead.model_validate(one) for one in await repository.costs(session, campaign_id, MAX_COSTS)]


async def add_cost(session: AsyncSession, campaign_id: UUID, data: CostCreate) -> CostRead:
    """Add a cost. Raises CampaignNotFound, LimitReached."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    await _refuse_many(session, campaign_id, 1)
    added = CampaignCost(**_values(session, campaign, data))
    session.add(added)
    await session.flush()
    await _changed(session, campaign, "campaign.cost_added", after=data.model_dump(mode="json"))
    return CostRead.model_validate(added)


async def update_cost(session: AsyncSession, campaign_id: UUID, cost_id: UUID, data: CostUpdate) -> CostRead:
    """Change a cost. Raises CampaignNotFound, CostNotFound."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    cost = await _cost(session, campaign_id, cost_id)
    changes = {name: value for name, value in data.model_dump(exclude_unset=True).items() if value is not None}
    before = {name: str(getattr(cost, name)) for name in changes}
    for name, value in changes.items():
        setattr(cost, name, value)
    await session.flush()
    after = {name: str(value) for name, value in changes.items()}
    await _changed(session, campaign, "campaign.cost_updated", before=before, after=after)
    return CostRead.model_validate(cost)


async def remove_cost(session: AsyncSession, campaign_id: UUID, cost_id: UUID) -> None:
    """Take a cost away. Raises CampaignNotFound, CostNotFound."""
    campaign = await campaigns.require(session, campaign_id, lock=True)
    cost = await _cost(session, campaign_id, cost_id)
    before = CostRead.model_validate(cost).model_dump(mode="json", include={"day", "amount_minor", "currency"})
    await session.delete(cost)
    await session.flush()
    await _changed(session, campaign, "campaign.cost_removed", before=before)


async def import_costs(session: AsyncSession, campaign_id: UUID, data: CostsImport) -> CostsImported:
    """Add the lines of a file, all or none; a line that was imported before is passed over.

    Raises CampaignNotFound, CostsInvalid with the lines that cannot be read, LimitReached.
    """
    campaign = await campaigns.require(session, campaign_id, lock=True)
    lines = _read(data.csv)
    await _refuse_many(session, campaign_id, len(lines))
    # Two equal lines of one file are two costs; the same file again is none.
    seen: Counter[str] = Counter()
    rows = []
    for line in lines:
        text = line.model_dump_json()
        seen[text] += 1
        key = hashlib.sha256(f"{text}#{seen[text]}".encode()).hexdigest()
        rows.append({**_values(session, campaign, line), "source": "import", "line_key": key})
    added = await repository.add(session, rows)
    if added:
        await _changed(session, campaign, "campaign.costs_imported", after={"added": added})
    return CostsImported(added=added, passed_over=len(lines) - added)


def _read(text: str) -> list[CostCreate]:
    sample = text.lstrip("\ufeff")
    delimiter = ";" if sample.partition("\n")[0].count(";") > sample.partition("\n")[0].count(",") else ","
    lines = list(csv.reader(io.StringIO(sample), delimiter=delimiter))
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if not {"day", "amount", "currency"} <= set(header):
        raise CostsInvalid(f"The first line must name the columns: {', '.join(_COLUMNS)}.")
    found, wrong = [], []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        told = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        try:
            currency = told.get("currency", "").upper()
            found.append(
                CostCreate(
                    day=_day(told.get("day", "")), amount_minor=_minor(told.get("amount", ""), currency),
                    currency=currency, channel=told.get("channel", ""), note=told.get("note", ""),
                )
            )  # fmt: skip
        except ValidationError as error:
            wrong += [{"field": f"line {number}", "message": one["message"]} for one in field_errors(error.errors())]
        except ValueError as error:
            wrong.append({"field": f"line {number}", "message": str(error)})
    if wrong:
        lines = "1 line" if len(wrong) == 1 else f"{len(wrong)} lines"
        raise CostsInvalid(f"{lines} cannot be read; nothing was added.", errors=wrong[:_TOLD])
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{text[:20]}” is no day written as YYYY-MM-DD") from error


def _minor(text: str, currency: str) -> int:
    """An amount as people write it, in minor units: the last point or comma with other than three digits is decimal."""
    plain = text.replace(" ", "").replace("\u00a0", "").replace("'", "")
    if "," in plain and (plain.rfind(",") > plain.rfind(".")) and len(plain) - plain.rfind(",") - 1 != 3:
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    places = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    try:
        minor = Decimal(plain).scaleb(places)
        whole = int(minor)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValueError(f"“{text[:20]}” is no amount") from error
    if minor != whole or whole <= 0:
        raise ValueError(f"“{text[:20]}” is no amount of {currency or 'a currency'} above zero")
    return whole


def _values(session: AsyncSession, campaign: Campaign, data: CostCreate) -> dict[str, Any]:
    actor = actor_of(session)
    return {
        **data.model_dump(), "id": new_id(), "organisation_id": campaign.organisation_id, "campaign_id": campaign.id,
        "source": "manual", "line_key": None, "created_by": actor.user_id, "created_by_name": actor.name,
        "created_at": now(),
    }  # fmt: skip


async def _cost(session: AsyncSession, campaign_id: UUID, cost_id: UUID) -> CampaignCost:
    cost = await repository.cost(session, campaign_id, cost_id)
    if cost is None:
        raise CostNotFound("There is no such cost of this campaign.")
    return cost


async def _refuse_many(session: AsyncSession, campaign_id: UUID, more: int) -> None:
    if await repository.count(session, campaign_id) + more > MAX_COSTS:
        raise LimitReached(f"{MAX_COSTS:,} costs are the most a campaign keeps. Add them up by week.")


async def _changed(session: AsyncSession, campaign: Campaign, action: str, **more: Any) -> None:
    """Note it, and leave so much less of the budget of a campaign under way."""
    await campaigns.record(session, action, campaign, **more)
    if campaign.state in ("live", "paused"):
        await budgets.costs_changed(session, campaign)

"""What the messages of a rehearsal would cost, and which limits and budgets would hold them up."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.campaigns.engine.rehearsal import Finding, Tally
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import Hold, Outlook, PlannedMessages


async def look(session: AsyncSession, tally: Tally, campaign_id: UUID | None, *, scale: float) -> Outlook:
    """Ask sending; `scale` is how many messages will leave for each that was rehearsed."""
    planned = [
        PlannedMessages(
            hour=hour, channel=channel, purpose=purpose, messages=round(count * scale), price_microusd=price,
            campaign_id=campaign_id,
        )
        for (hour, channel, purpose, price), count in tally.planned.items()
    ]  # fmt: skip
    return await sending.outlook(session, planned, now())


def told(outlook: Outlook, tally: Tally, *, scale: float) -> dict[str, Any]:
    """The parts of a report."""
    messages: Counter[str] = Counter()
    costs: Counter[str] = Counter()
    priced = {channel for (_, channel, _, price) in tally.planned if price}
    for (_, channel, _, price), count in tally.planned.items():
        messages[channel] += round(count * scale)
        costs[channel] += round(count * scale * (price or outlook.measured.get(channel, 0.0)))
    return {
        "cost_microusd": outlook.cost_microusd,
        "costs": [
            {
                "channel": channel, "messages": messages[channel], "cost_microusd": costs[channel],
                "origin": "told" if channel in priced else "measured" if outlook.measured.get(channel) else "none",
            }
            for channel in sorted(messages)
        ],
        "holds": [
            {
                "name": hold.name, "rule": hold.rule, "period": hold.period, "amount": hold.amount,
                "put_off": hold.put_off, "lost": hold.lost, "until": hold.until.isoformat() if hold.until else None,
            }
            for hold in outlook.holds
        ],
    }  # fmt: skip


def findings(outlook: Outlook) -> list[Finding]:
    """What limits and budgets would do, in words."""
    return [Finding(hold.rule, "warning", _words(hold), people=hold.put_off + hold.lost) for hold in outlook.holds]


def _words(hold: Hold) -> str:
    amount = f"{hold.amount:,} messages" if hold.rule == "limit" else f"{hold.amount / 1e6:,.2f} USD"
    whole = {"campaign": "for the campaign"}.get(hold.period, f"a {hold.period}")
    parts = []
    if hold.put_off:
        until = f", the last on {hold.until:%-d %B}" if hold.until else ""
        parts.append(f"{hold.put_off:,} messages leave later{until}")
    if hold.lost:
        parts.append(f"{hold.lost:,} messages never leave")
    return f"“{hold.name}” ({amount} {whole}): {'; '.join(parts)}."

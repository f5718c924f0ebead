"""Whose leads and deals the events of all modules name: receivers outside hear of those they may see."""

from tradewind.kernel.event_sight import owners_by
from tradewind.modules.leads.repository import owners

# A deal shows its lead to whoever sees the deal, so what names both is about the deal.
owners_by("deal_id", "deal_ids")(owners.of_deals)
owners_by("lead_id", "lead_ids", "winner_id", "loser_ids", "person_id")(owners.of_leads)

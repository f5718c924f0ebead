"""Who a campaign would reach if it began now: exact, in a few statements however many people there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.modules.campaigns.engine.campaign import CampaignDraft
from tradewind.modules.campaigns.engine.composing import audience_condition, compose
from tradewind.modules.campaigns.errors import CampaignInvalid
from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.repository import audience, rehearsals
from tradewind.modules.campaigns.repository import reach as repository
from tradewind.modules.campaigns.schemas.campaigns import CampaignReach, ReachReason
from tradewind.modules.campaigns.service import campaigns, journeys
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.errors import ConditionInvalid
from tradewind.modules.privacy import api as privacy
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import TRANSACTIONAL, Place

_MOST = 10_000_000
_TEXTS: Mapping[str, str] = {
    "excluded": "In a segment that is left out",
    "recent": "Another campaign wrote to them lately",
    "no_address": "No address on the channel of the first message",
    "suppressed": "Unsubscribed, bounced, complained or suppressed",
    "no_consent": "No consent for this purpose",
    "holdout": "Held out by chance, to measure what the campaign brings about",
}


async def reach(session: AsyncSession, campaign_id: UUID, draft: CampaignDraft | None) -> CampaignReach:
    """Who would be reached by a draft (the stored one). Raises CampaignNotFound, CampaignInvalid."""
    return await reach_of(session, await campaigns.require(session, campaign_id), draft)


async def reach_of(session: AsyncSession, campaign: Campaign, draft: CampaignDraft | None = None) -> CampaignReach:
    """See `reach`. Nothing is shown of people but their number: it counts those out of the caller's sight, too."""
    told = draft or campaigns.draft_of(campaign)
    async with seeing_everything(session):
        counted = await _counted(session, campaign, told)
    people = counted.pop("people")
    entering = people - counted["excluded"] - counted["recent"]
    left = entering - counted["no_address"] - counted["suppressed"] - counted["no_consent"]
    counted["holdout"] = round(left * told.testing.holdout)
    reachable = left - counted["holdout"]
    large = entering > journeys.LARGE
    return CampaignReach(
        people=people, audience=entering, reachable=reachable,
        waiting=min(reachable, round(counted["waiting"] * (1 - told.testing.holdout))),
        reasons=[
            ReachReason(rule=rule, text=words, count=counted[rule])  # type: ignore[arg-type]
            for rule, words in _TEXTS.items()
            if counted[rule]
        ],
        confirm_people=entering if large else None,
        rehearsal_needed=large and not await _rehearsed(session, campaign, draft),
        as_of=now(),
    )  # fmt: skip


async def audience_size(session: AsyncSession, campaign: Campaign, draft: CampaignDraft) -> int | None:
    """How many people are in the audience now; None where it cannot be asked."""
    condition = audience_condition(draft)
    if condition is None:
        return None
    try:
        compiled = await leads.compile_condition(session, condition, first=audience.FIRST_OF_COUNT)
    except ConditionInvalid:
        return None
    compiled = audience.not_recent(session, compiled, days=draft.audience.without_recent_days, campaign_id=campaign.id)
    return await audience.count(session, compiled, limit=_MOST)


async def _counted(session: AsyncSession, campaign: Campaign, draft: CampaignDraft) -> Counter[str]:
    counted: Counter[str] = Counter(people=0)
    everybody = audience_condition(draft, without=False)
    if everybody is None:
        return counted
    without = {"field": "segment", "op": "in", "value": [str(one) for one in draft.audience.without]}
    try:
        wanted = await leads.compile_condition(session, everybody, first=repository.FIRST)
        following = repository.FIRST + len(wanted.values)
        unwanted = await leads.compile_condition(session, without, first=following) if draft.audience.without else None
    except ConditionInvalid as error:
        raise CampaignInvalid(
            "The audience cannot be asked: put its conditions right first.",
            errors=[{"field": "draft.audience.conditions", "message": error.detail or "is not valid"}],
        ) from error
    # Tasks and requests reach the team or a system: nobody needs an address for them.
    channel = draft.messages[0].channel if draft.messages else None
    after, known = None, _Places(session, draft, channel or "")
    while True:
        page = await repository.page(
            session, wanted, unwanted, campaign_id=campaign.id, recent_days=draft.audience.without_recent_days,
            channel=channel, after=after,
        )  # fmt: skip
        counted.update(people=page.people, excluded=page.excluded, recent=page.recent, no_address=page.no_address)
        if page.addresses and channel in ("email", "chat"):
            parts = known.numbers(page.places)
            told = await privacy.tally(session, channel, draft.purpose, page.addresses, parts)
            shut = await known.shut()
            for (code, part), count in told.items():
                if code:
                    counted[_rule(code)] += count
                elif part in shut:
                    counted["waiting"] += count
        if page.last is None:
            return counted
        after = page.last


class _Places:
    """Where people are, numbered as they come, and where it is no hour for the first message when it is to leave."""

    def __init__(self, session: AsyncSession, draft: CampaignDraft, channel: str) -> None:
        self._session, self._channel = session, channel
        at = draft.schedule.at if draft.schedule.start == "at" else None
        self._at = max(at or now(), now())
        # By the person's own clock or best hour there is a wait for the hour in any case.
        self._asked = draft.schedule.send_time == "asap" and draft.purpose != TRANSACTIONAL
        self._numbers: dict[str, int] = {}

    def numbers(self, places: Sequence[str]) -> list[int]:
        return [self._numbers.setdefault(one, len(self._numbers)) for one in places]

    async def shut(self) -> frozenset[int]:
        if not self._asked:
            return frozenset()
        found = [Place(*(part or None for part in one.split("|", 1))) for one in self._numbers]
        opens = await sending.opening(self._session, self._channel, found, self._at)
        return frozenset(number for number, opening in enumerate(opens) if opening is None or opening > self._at)


def _rule(code: str) -> str:
    """The rule that a reason of privacy is counted under."""
    if code.startswith("suppressed."):
        return "suppressed"
    return "no_address" if code == "address.invalid" else "no_consent"


async def _rehearsed(session: AsyncSession, campaign: Campaign, draft: CampaignDraft | None) -> bool:
    journey = await campaigns.composed_journey(session, campaign)
    if journey is None:
        return False
    if draft is None and campaigns.changed_by_hand(campaign, journey):
        program = journeys.JourneyDraft.model_validate(journey.draft)
    else:
        program = compose(draft or campaigns.draft_of(campaign))
    return await rehearsals.passed(session, journey.id, journeys.fingerprint(program))

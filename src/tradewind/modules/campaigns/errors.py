"""What can go wrong with journeys and campaigns."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class JourneyNotFound(NotFound):
    """No such journey in this organisation."""

    code = "campaigns.journey_not_found"
    title = "Journey not found"


class VersionNotFound(NotFound):
    """No such version of this journey."""

    code = "campaigns.version_not_found"
    title = "Version not found"


class EnrolmentNotFound(NotFound):
    """Nobody by this id is or was in a journey."""

    code = "campaigns.enrolment_not_found"
    title = "Not in the journey"


class RehearsalNotFound(NotFound):
    """No such rehearsal."""

    code = "campaigns.rehearsal_not_found"
    title = "Rehearsal not found"


class TemplateNotFound(NotFound):
    """No such template."""

    code = "campaigns.template_not_found"
    title = "Template not found"


class JourneyInvalid(Invalid):
    """What keeps a journey from running; `problems` names the steps."""

    code = "campaigns.journey_invalid"
    title = "The journey does not work like this"


class WrongState(Conflict):
    """The journey's state does not allow this."""

    code = "campaigns.wrong_state"
    title = "Not possible in this state"


class RehearsalNeeded(Conflict):
    """Too many people to launch without a rehearsal that found nothing grave."""

    code = "campaigns.rehearsal_needed"
    title = "Rehearse it first"


class MappingInvalid(Invalid):
    """Steps to move people to are not there."""

    code = "campaigns.mapping_invalid"
    title = "People cannot be moved like this"


class LimitReached(Conflict):
    """A bound on journeys."""

    code = "campaigns.too_many"
    title = "Too many journeys"


class CampaignNotFound(NotFound):
    """No such campaign in this organisation."""

    code = "campaigns.campaign_not_found"
    title = "Campaign not found"


class CostNotFound(NotFound):
    """No such cost of this campaign."""

    code = "campaigns.cost_not_found"
    title = "Cost not found"


class VariantNotFound(NotFound):
    """No such message or variant in this campaign."""

    code = "campaigns.variant_not_found"
    title = "Variant not found"


class CampaignInvalid(Invalid):
    """What keeps a campaign from its launch; `errors` name the fields of the draft."""

    code = "campaigns.campaign_invalid"
    title = "The campaign is not ready"


class ConfirmationNeeded(Conflict):
    """So many people that their number must be repeated."""

    code = "campaigns.confirmation_needed"
    title = "Confirm how many people"


class CostsInvalid(Invalid):
    """Lines of an import that cannot be read; nothing was added."""

    code = "campaigns.costs_invalid"
    title = "The costs cannot be read"


class PoolNotFound(NotFound):
    """No such shared budget in this organisation."""

    code = "campaigns.budget_not_found"
    title = "Budget not found"


class DecisionNotFound(NotFound):
    """No such decision on this budget."""

    code = "campaigns.decision_not_found"
    title = "Decision not found"

"""Failures of deals, routing, merging and bulk actions."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class PipelineNotFound(NotFound):
    code = "leads.pipeline_not_found"
    title = "Pipeline not found"


class StageNotFound(NotFound):
    code = "leads.stage_not_found"
    title = "Stage not found"


class DealNotFound(NotFound):
    code = "leads.deal_not_found"
    title = "Deal not found"


class RoutingRuleNotFound(NotFound):
    code = "leads.routing_rule_not_found"
    title = "Routing rule not found"


class MergeNotFound(NotFound):
    code = "leads.merge_not_found"
    title = "Merge not found"


class BulkActionNotFound(NotFound):
    code = "leads.bulk_action_not_found"
    title = "Bulk action not found"


class NameTaken(Conflict):
    code = "leads.name_taken"
    title = "This name is in use"


class PipelineInUse(Conflict):
    code = "leads.pipeline_in_use"
    title = "The pipeline is in use"


class StageInUse(Conflict):
    code = "leads.stage_in_use"
    title = "The stage is in use"


class TooMany(Conflict):
    code = "leads.too_many"
    title = "A limit is reached"


class MergeImpossible(Conflict):
    code = "leads.merge_impossible"
    title = "These leads cannot be merged"


class UndoImpossible(Conflict):
    code = "leads.undo_impossible"
    title = "This can no longer be undone"


class LostReasonMissing(Invalid):
    code = "leads.lost_reason_missing"
    title = "Say why the deal was lost"


class DealInvalid(Invalid):
    code = "leads.deal_invalid"
    title = "The deal is not valid"


class StageInvalid(Invalid):
    code = "leads.stage_invalid"
    title = "The stages are not valid"


class RoutingInvalid(Invalid):
    code = "leads.routing_invalid"
    title = "The routing rule is not valid"


class BulkInvalid(Invalid):
    code = "leads.bulk_invalid"
    title = "The bulk action is not valid"


class MergeInvalid(Invalid):
    code = "leads.merge_invalid"
    title = "The merge is not valid"

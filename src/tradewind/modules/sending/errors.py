"""Failures of sending."""

from tradewind.kernel.errors import Conflict, NotFound


class IntentNotFound(NotFound):
    code = "sending.intent_not_found"
    title = "There is no such message"


class PolicyNotFound(NotFound):
    code = "sending.policy_not_found"
    title = "There is no such guardrail"


class ApprovalNotFound(NotFound):
    code = "sending.approval_not_found"
    title = "There is no such approval"


class StopNotFound(NotFound):
    code = "sending.stop_not_found"
    title = "This kill switch is not thrown"


class AlreadyDecided(Conflict):
    """Somebody else was faster."""

    code = "sending.already_decided"
    title = "This was decided already"


class NotWithdrawable(Conflict):
    """It has left, is leaving, or ended in another way."""

    code = "sending.not_withdrawable"
    title = "This message cannot be withdrawn any more"


class NotUnknown(Conflict):
    """Only messages whose outcome nobody knows are decided by people."""

    code = "sending.not_unknown"
    title = "What became of this message is known"


class BuiltInPolicy(Conflict):
    """Switch it off instead."""

    code = "sending.built_in_policy"
    title = "A built-in guardrail cannot be removed"


class TooManyPolicies(Conflict):
    code = "sending.too_many_policies"
    title = "There are too many guardrails"

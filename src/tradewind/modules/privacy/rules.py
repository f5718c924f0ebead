"""Whether a wish allows a message: pure, without database or clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.modules.privacy.contracts import Basis, ConsentState, Requirement, Scope, StandingReason

_SUPPRESSED = {
    "unsubscribed": "The person has unsubscribed from everything on this channel.",
    "complaint": "The person reported a message as spam.",
    "hard_bounce": "Messages to this address cannot be delivered.",
    "do_not_call": "The number is on a do-not-call list.",
    "manual": "A member stopped messages to this contact point.",
    "import": "The contact point is on an imported suppression list.",
    "erased": "The person asked to be erased.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the ledger says now about one purpose."""

    state: ConsentState
    basis: Basis
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """A suppression in force."""

    scope: Scope
    reason: str
    source: str
    at: datetime
    until: datetime | None


INVALID_ADDRESS = StandingReason("address.invalid", False, "This is no address of that channel.")
UNKNOWN_PURPOSE = StandingReason("purpose.unknown", False, "There is no such purpose, or it is archived.")


def judge(
    requires: Requirement, wish: Wish | None, stops: Sequence[Stop]
) -> tuple[bool, Basis | None, tuple[StandingReason, ...]]:
    """(allowed, basis, reasons) of one contact point and purpose.

    `none`: what people need for something they asked for; only what stops everything stops it. `soft_opt_in`: any
    recorded basis that was not withdrawn. `opt_in`: consent, and nothing else.
    """
    refusals = [_stopped(stop) for stop in stops if stop.scope == "all" or requires != "none"]
    if requires == "none":
        told = StandingReason("purpose.transactional", True, "Messages of this purpose need no consent.")
        basis: Basis | None = wish.basis if wish and wish.state == "granted" else "contract"
    else:
        told = _heard(requires, wish)
        basis = wish.basis if wish and told.allows else None
    if refusals:
        return False, None, (*refusals, told)
    return told.allows, basis, (told,)


def _stopped(stop: Stop) -> StandingReason:
    facts = {"at": stop.at, "source": stop.source, "scope": stop.scope}
    if stop.until is not None:
        facts["until"] = stop.until
    return StandingReason(f"suppressed.{stop.reason}", False, _SUPPRESSED[stop.reason], facts)


def _heard(requires: Requirement, wish: Wish | None) -> StandingReason:
    if wish is None:
        return StandingReason("consent.missing", False, "There is no recorded basis for messages of this purpose.")
    facts = {"at": wish.at, "source": wish.source, "basis": wish.basis}
    if wish.state == "withdrawn":
        return StandingReason("consent.withdrawn", False, "The person does not want messages of this purpose.", facts)
    if wish.state == "pending":
        return StandingReason("consent.pending", False, "The person has not confirmed the address yet.", facts)
    if requires == "opt_in" and wish.basis != "consent":
        return StandingReason(
            "consent.basis", False, "Messages of this purpose need consent; another basis does not do.", facts
        )
    return StandingReason("consent.granted", True, "The recorded basis allows messages of this purpose.", facts)

"""What only the operator of the installation sees of failed sign-ins: no organisation hears of unknown addresses."""

import structlog
from prometheus_client import Counter

from tradewind.kernel.crypto import get_vault
from tradewind.kernel.telemetry import REGISTRY
from tradewind.modules.identity.networks import range_of

log = structlog.get_logger(__name__)
_FAILURES = Counter(
    "tradewind_sign_in_failures", "Wrong passwords, for known and unknown addresses.", ["account"], registry=REGISTRY
)


def note_failure(address: str, ip: str | None, *, has_account: bool) -> None:
    """Count and log a wrong password; of the address only a keyed hash is kept, of the network its range."""
    account = "known" if has_account else "unknown"
    _FAILURES.labels(account).inc()
    hashed = get_vault().keyed_hash(address, "identity.failure_log").hex()[:16]
    log.info("sign_in.failed", account=account, address_hash=hashed, network=range_of(ip))

"""Failures of security monitoring."""

from tradewind.kernel.errors import Conflict, NotFound


class AlertNotFound(NotFound):
    code = "security.alert_not_found"
    title = "There is no such alert"


class AlertClosed(Conflict):
    """A closed alert stays as it is; when it happens again, a new one is raised."""

    code = "security.alert_closed"
    title = "The alert is closed"


class RuleNotFound(NotFound):
    code = "security.rule_not_found"
    title = "There is no such rule"


class LockNotFound(NotFound):
    code = "security.lock_not_found"
    title = "This account is not locked"

"""Failures of metrics."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class MetricNotFound(NotFound):
    code = "analytics.metric_not_found"
    title = "Metric not found"


class MetricQuestionInvalid(Invalid):
    code = "analytics.question_invalid"
    title = "The metric cannot be asked this"


class MetricInvalid(Invalid):
    code = "analytics.metric_invalid"
    title = "The metric cannot be defined like this"


class MetricLimitReached(Conflict):
    code = "analytics.metric_limit_reached"
    title = "There are too many metrics"

"""Failures of questions, gaps and findings."""

from tradewind.kernel.errors import NotFound


class QuestionNotFound(NotFound):
    code = "knowledge.question_not_found"
    title = "There is no such question"


class GapNotFound(NotFound):
    code = "knowledge.gap_not_found"
    title = "There is no such gap"


class FindingNotFound(NotFound):
    code = "knowledge.finding_not_found"
    title = "There is no such finding"

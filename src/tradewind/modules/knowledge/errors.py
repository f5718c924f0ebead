"""Failures of sources, documents and what is read into them."""

from tradewind.kernel.errors import BadRequest, Conflict, Invalid, NotFound, PayloadTooLarge


class SourceNotFound(NotFound):
    code = "knowledge.source_not_found"
    title = "There is no such source"


class DocumentNotFound(NotFound):
    code = "knowledge.document_not_found"
    title = "There is no such document"


class VersionNotFound(NotFound):
    code = "knowledge.version_not_found"
    title = "There is no such version"


class WrongKind(Conflict):
    code = "knowledge.wrong_kind"
    title = "This kind of source does not hold that"


class TooManySources(Conflict):
    code = "knowledge.too_many_sources"
    title = "No more sources are allowed"


class SourceBusy(Conflict):
    code = "knowledge.source_busy"
    title = "This source is at work already"


class QuestionKnown(Conflict):
    code = "knowledge.question_known"
    title = "This question has an answer already"


class DraftConflict(Conflict):
    """`current` holds what somebody else has saved meanwhile."""

    code = "knowledge.draft_conflict"
    title = "Somebody else has changed this article meanwhile"


class NothingToPublish(Conflict):
    code = "knowledge.nothing_to_publish"
    title = "There is no draft to publish"


class NotRestorable(Conflict):
    code = "knowledge.not_restorable"
    title = "This cannot be brought back"


class AddressRefused(Invalid):
    code = "knowledge.address_refused"
    title = "This address cannot be crawled"


class FileTooLarge(PayloadTooLarge):
    code = "knowledge.file_too_large"
    title = "The file is too large"


class FileRefused(BadRequest):
    code = "knowledge.file_refused"
    title = "This file cannot be read"


class TooLongToCompare(Conflict):
    code = "knowledge.too_long_to_compare"
    title = "These versions are too long to compare"


class EvaluationImpossible(Invalid):
    code = "knowledge.evaluation_impossible"
    title = "These files cannot be evaluated"

"""Failures of people, companies, fields, lists and the things attached to them."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound, PayloadTooLarge


class LeadNotFound(NotFound):
    code = "leads.lead_not_found"
    title = "Lead not found"


class MaskedValue(Invalid):
    code = "leads.masked_value"
    title = "A masked value cannot be stored"


class CompanyNotFound(NotFound):
    code = "leads.company_not_found"
    title = "Company not found"


class FieldNotFound(NotFound):
    code = "leads.custom_field_not_found"
    title = "Custom field not found"


class SecretNotSet(NotFound):
    code = "leads.secret_not_set"
    title = "Nothing is stored"


class TagNotFound(NotFound):
    code = "leads.tag_not_found"
    title = "Tag not found"


class NoteNotFound(NotFound):
    code = "leads.note_not_found"
    title = "Note not found"


class TaskNotFound(NotFound):
    code = "leads.task_not_found"
    title = "Task not found"


class FileNotFound(NotFound):
    code = "leads.file_not_found"
    title = "File not found"


class ViewNotFound(NotFound):
    code = "leads.view_not_found"
    title = "View not found"


class SegmentNotFound(NotFound):
    code = "leads.segment_not_found"
    title = "Segment not found"


class AlreadyExists(Conflict):
    code = "leads.already_exists"
    title = "This already exists"


class LimitReached(Conflict):
    code = "leads.limit_reached"
    title = "A limit is reached"


class SegmentInUse(Conflict):
    code = "leads.segment_in_use"
    title = "The segment is in use"


class ConditionInvalid(Invalid):
    """A filter or segment condition that cannot be used; `errors` name the path of the bad part."""

    code = "leads.condition_invalid"
    title = "The condition is not valid"


class ValueInvalid(Invalid):
    code = "leads.value_invalid"
    title = "Some values are not valid"


class FileTooLarge(PayloadTooLarge):
    code = "leads.file_too_large"
    title = "The file is too large"

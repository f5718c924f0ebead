"""Failures of imports and exports."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class ImportNotFound(NotFound):
    code = "leads.import_not_found"
    title = "Import not found"


class ImportNotReady(Conflict):
    code = "leads.import_not_ready"
    title = "The import is not in the right state for this"


class FileImportedAlready(Conflict):
    """The same file runs or was imported; `extra.import` names that import."""

    code = "leads.file_imported_already"
    title = "This file was imported already"


class MappingInvalid(Invalid):
    code = "leads.mapping_invalid"
    title = "The mapping is not valid"


class UndoNotPossible(Conflict):
    code = "leads.import_undo_not_possible"
    title = "This import cannot be undone"


class ExportTooLarge(Invalid):
    code = "leads.export_too_large"
    title = "The list is too long for this format"

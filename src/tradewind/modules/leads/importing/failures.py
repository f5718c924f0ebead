"""What can be wrong with a whole file, each as a sentence for the person who chose it."""

from tradewind.kernel.errors import Invalid, PayloadTooLarge


class FileUnreadable(Invalid):
    code = "leads.file_unreadable"
    title = "This file cannot be read"


class FileEmpty(FileUnreadable):
    code = "leads.file_empty"
    title = "This file is empty"


class TooManyColumns(FileUnreadable):
    code = "leads.too_many_columns"
    title = "Too many columns"


class SuspiciousArchive(FileUnreadable):
    code = "leads.suspicious_archive"
    title = "This workbook unpacks to far more than its size"


class FileTooLarge(PayloadTooLarge):
    code = "leads.file_too_large"
    title = "This file is too large"

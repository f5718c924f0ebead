"""What can go wrong with mail templates."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class MailTemplateNotFound(NotFound):
    """No such mail template in this organisation."""

    code = "email.template_not_found"
    title = "Mail template not found"


class MailTemplateVersionNotFound(NotFound):
    """No such version of a mail template."""

    code = "email.template_version_not_found"
    title = "Version not found"


class LibraryTemplateNotFound(NotFound):
    """No such template in the library."""

    code = "email.library_template_not_found"
    title = "Not in the library"


class MailTemplateInvalid(Invalid):
    """What keeps a mail from being published; `errors` names the fields."""

    code = "email.template_invalid"
    title = "The mail cannot be sent like this"


class MailTemplateArchived(Conflict):
    """Archived templates are not changed."""

    code = "email.template_archived"
    title = "The template is archived"


class TooManyMailTemplates(Conflict):
    """A bound on templates."""

    code = "email.too_many_templates"
    title = "Too many mail templates"


class PreviewPersonNotFound(NotFound):
    """No such lead, or out of sight."""

    code = "email.person_not_found"
    title = "Person not found"


class TestRecipientRefused(Invalid):
    """Tests go to colleagues only."""

    code = "email.test_recipient"
    title = "Tests go to members only"

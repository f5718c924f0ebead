"""What can go wrong with chat widgets and with the visitors who talk through them."""

from tradewind.kernel.errors import Conflict, Forbidden, Invalid, NotFound, PayloadTooLarge, Unauthorised


class WidgetNotFound(NotFound):
    """No such widget, or it is switched off."""

    code = "chat.widget_not_found"
    title = "Chat widget not found"


class TooManyWidgets(Conflict):
    """The organisation has as many widgets as it may have."""

    code = "chat.too_many_widgets"
    title = "Too many chat widgets"


class SiteNotAllowed(Forbidden):
    """The page that carries the widget is on a site that the widget does not name."""

    code = "chat.site_not_allowed"
    title = "This site may not use the widget"


class SessionEnded(Unauthorised):
    """The visitor's token is unknown, or was ended."""

    code = "chat.session_ended"
    title = "This chat session has ended"


class ConsentRequired(Forbidden):
    """Nothing may be stored before the visitor agrees."""

    code = "chat.consent_required"
    title = "Agree first"


class IdentityRefused(Forbidden):
    """The site's proof of who the visitor is does not hold."""

    code = "chat.identity_refused"
    title = "The identity could not be verified"


class NothingSaid(Conflict):
    """There is no conversation yet that this could be about."""

    code = "chat.no_conversation"
    title = "No conversation yet"


class MessageEmpty(Invalid):
    """Nothing is left of the text once invisible characters are taken away."""

    code = "chat.message_empty"
    title = "The message is empty"


class MessageTooLong(PayloadTooLarge):
    """The text is longer than a message may be."""

    code = "chat.message_too_long"
    title = "The message is too long"


class UploadsOff(Forbidden):
    """The widget takes no files."""

    code = "chat.uploads_off"
    title = "Files are not accepted here"

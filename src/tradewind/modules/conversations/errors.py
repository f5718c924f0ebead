"""What can go wrong with conversations."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound, PayloadTooLarge


class ConversationNotFound(NotFound):
    code = "conversations.not_found"
    title = "There is no such conversation"


class MessageNotFound(NotFound):
    code = "conversations.message_not_found"
    title = "There is no such message"


class FileNotFound(NotFound):
    code = "conversations.file_not_found"
    title = "There is no such file"


class QueueNotFound(NotFound):
    code = "conversations.queue_not_found"
    title = "There is no such queue"


class WrongState(Conflict):
    """What was asked for does not go with the conversation's present state."""

    code = "conversations.wrong_state"
    title = "The conversation's state does not allow this"


class AlreadyHandedOver(Conflict):
    """The agent asked for a person again although the visitor has said nothing new since it was given back."""

    code = "conversations.handed_over_already"
    title = "It was handed over at this message already"


class NameTaken(Conflict):
    code = "conversations.name_taken"
    title = "The name is taken"


class MessageInvalid(Invalid):
    code = "conversations.message_invalid"
    title = "The message cannot be taken"


class SettingsInvalid(Invalid):
    code = "conversations.settings_invalid"
    title = "These settings are not valid"


class RatingInvalid(Invalid):
    code = "conversations.rating_invalid"
    title = "The rating is not valid"


class FileTooLarge(PayloadTooLarge):
    code = "conversations.file_too_large"
    title = "The file is too large"


class ConversationFull(Conflict):
    code = "conversations.full"
    title = "The conversation holds as many messages as it may"


class FileRefused(Invalid):
    """The kind of file is not taken; the detail says why."""

    code = "conversations.file_refused"
    title = "This file is not accepted"


class TooManyFiles(Conflict):
    code = "conversations.too_many_files"
    title = "There are too many files"

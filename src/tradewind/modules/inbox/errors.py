"""What can go wrong in the inbox."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class CannedReplyNotFound(NotFound):
    code = "inbox.canned_reply_not_found"
    title = "There is no such canned reply"


class ShortcutTaken(Conflict):
    code = "inbox.shortcut_taken"
    title = "The shortcut is taken"


class CannedReplyInvalid(Invalid):
    code = "inbox.canned_reply_invalid"
    title = "The canned reply is not valid"

"""News to open browsers: `push` in a transaction, the hub fans it out over WebSockets at commit."""

from tradewind.kernel.realtime.guests import Guest
from tradewind.kernel.realtime.hub import Hub
from tradewind.kernel.realtime.messages import Message, purge, push, push_to_guests, tell_access_changed
from tradewind.kernel.realtime.routes import router

__all__ = ["Guest", "Hub", "Message", "purge", "push", "push_to_guests", "router", "tell_access_changed"]

"""News to open browsers: `push` in a transaction, the hub fans it out over WebSockets at commit."""

from tradewind.kernel.realtime.hub import Hub
from tradewind.kernel.realtime.messages import Message, purge, push, tell_access_changed
from tradewind.kernel.realtime.routes import router

__all__ = ["Hub", "Message", "purge", "push", "router", "tell_access_changed"]

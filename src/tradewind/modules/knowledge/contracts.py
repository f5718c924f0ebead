"""What other modules see of knowledge."""

from typing import Literal, get_args

Scope = Literal["public", "clients", "internal"]
SourceKind = Literal["qa", "article", "file", "site"]
SourceStatus = Literal["ready", "working", "failed"]
DocumentStatus = Literal["pending", "indexed", "failed", "excluded"]

# From the widest to the narrowest.
SCOPES: tuple[Scope, ...] = get_args(Scope)
# Whom a passage may be shown to: a visitor sees what is public, a client that too, a colleague everything.
VISITOR_SCOPES: frozenset[Scope] = frozenset({"public"})
CLIENT_SCOPES: frozenset[Scope] = frozenset({"public", "clients"})
COLLEAGUE_SCOPES: frozenset[Scope] = frozenset(SCOPES)

"""The send ledger and its guardrails: whether a message leaves is decided in one place, and every move is committed.

`may_send` composes a person's wishes (module `privacy`) with our own restraint; `intend` stores the message with the
decision; a worker hands what is due to the channel.
"""

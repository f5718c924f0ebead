"""Declares the job that carries changes of tags over to all leads; the service enqueues it."""

from tradewind.modules.leads.service.retagging import replace_tag

__all__ = ["replace_tag"]

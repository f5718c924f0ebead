"""What tracking serves beside its routes: whole ASGI applications under a path of their own."""

from tradewind.modules.tracking.collecting.application import SOURCE_CONFIG, Collector

_collector = Collector()
mounts = {"/v1": _collector, "/beacon/v1": _collector, SOURCE_CONFIG: _collector}

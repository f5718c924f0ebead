"""HTTP routes of the identity module: one router out of the `router` of every file of this package.

They stand below /api/v1, unless the file states another `PREFIX`.
"""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

router = APIRouter()
for _part in sorted(part.name for part in iter_modules(__path__)):
    _module = import_module(f"{__name__}.{_part}")
    if hasattr(_module, "router"):
        router.include_router(_module.router, prefix=getattr(_module, "PREFIX", "/api/v1"))

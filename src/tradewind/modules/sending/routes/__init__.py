"""HTTP of the module: one router out of the `router` of every file of this package."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1/sending")
for _part in iter_modules(__path__):
    router.include_router(import_module(f"{__name__}.{_part.name}").router)

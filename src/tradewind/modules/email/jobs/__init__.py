"""Long work and schedules of the module, one file per subject; every file of this package is loaded."""

from importlib import import_module
from pkgutil import iter_modules

for _part in iter_modules(__path__):
    import_module(f"{__name__}.{_part.name}")

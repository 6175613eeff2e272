"""A fake Auth0 tenant for the tests and the demo. README.md beside this file is its manual."""

from . import samples
from .connections import Behaviour
from .faults import Fault
from .journal import digest
from .oauth import SCOPES
from .service import DOMAIN, Tenant

__all__ = ["Behaviour", "DOMAIN", "Fault", "SCOPES", "Tenant", "digest", "samples"]

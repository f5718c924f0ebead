"""Who may do what: the one table of permissions and roles that the whole product asks.

A permission is `module:verb`. A new module adds its lines to PERMISSIONS and to the roles below; routes name
them with `requires(...)`, and the conformance tests refuse a route whose permission is not listed here.
"""

from dataclasses import dataclass

PERMISSIONS: dict[str, str] = {
    "leads:read": "See people, companies, notes, files and their timelines",
    "leads:write": "Add and change people, companies, notes and files",
    "leads:delete": "Delete people and companies",
    "leads:import": "Import lists of leads",
    "leads:export": "Download lists of leads",
    "deals:read": "See deals and pipelines",
    "deals:write": "Add, change and move deals",
    "segments:read": "See segments",
    "segments:write": "Add and change segments",
    "fields:write": "Change custom fields",
    "pipelines:write": "Change pipelines and their stages",
    "routing:write": "Change the rules that assign leads",
    "scoring:read": "See scores, their reasons and the models",
    "scoring:write": "Train the score",
    "tasks:read": "See tasks",
    "tasks:write": "Add, change and complete tasks",
    "organisation:read": "See the organisation and its settings",
    "organisation:write": "Change the organisation and its settings",
    "members:read": "See members, roles and invitations",
    "members:write": "Invite people, change roles, deactivate and remove members",
    "audit:read": "Search and export the audit log",
    "jobs:read": "See background work",
    "jobs:write": "Cancel and retry background work",
    "dashboard:read": "See the dashboard",
    "mail:read": "See the mails kept by the local mail sink",
}


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions a member holds in one organisation."""

    key: str
    label: str
    description: str
    permissions: frozenset[str]


_ALL = frozenset(PERMISSIONS)
_BUSINESS_READ = frozenset(
    {
        "leads:read",
        "deals:read",
        "segments:read",
        "scoring:read",
        "tasks:read",
        "dashboard:read",
        "organisation:read",
        "members:read",
        "jobs:read",
    }
)

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("admin", "Admin", "Everything, including members, settings and the audit log", _ALL),
        Role(
            "manager",
            "Manager",
            "Runs the business: everything but members, organisation settings and the audit log",
            _ALL - {"organisation:write", "audit:read", "members:write"},
        ),
        Role(
            "creator",
            "Content creator",
            "Sees the business; works on leads, tasks and segments",
            _BUSINESS_READ | {"leads:write", "tasks:write", "segments:write"},
        ),
        Role(
            "analyst",
            "Analyst",
            "Sees and exports, changes nothing",
            frozenset(p for p in PERMISSIONS if p.endswith(":read") and p != "audit:read") | {"leads:export"},
        ),
        Role(
            "api_user",
            "API user",
            "For programs: leads, imports, deals and tasks",
            frozenset(
                {
                    "leads:read",
                    "leads:write",
                    "leads:import",
                    "deals:read",
                    "deals:write",
                    "segments:read",
                    "scoring:read",
                    "tasks:read",
                    "tasks:write",
                }
            ),
        ),
    )
}


def permissions_of(role: str) -> frozenset[str]:
    """Permissions of a role; an unknown role holds none."""
    known = ROLES.get(role)
    return known.permissions if known else frozenset()

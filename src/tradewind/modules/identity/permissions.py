"""Who may do what: the one table of permissions and roles that the whole product asks.

A permission is `module:verb`. A new module adds its lines to PERMISSIONS and to the roles below; routes name
them with `requires(...)`, and the conformance tests refuse a route whose permission is not listed here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

LeadVisibility = Literal["all", "team", "own"]
VISIBILITIES: tuple[LeadVisibility, ...] = ("own", "team", "all")
"""From the narrowest to the widest."""

PERMISSIONS: dict[str, str] = {
    "leads:read": "See people, companies, notes, files and their timelines",
    "leads:personal": "See contact details and free texts of people; without it they are masked",
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
    "roles:write": "Add, change and remove roles and teams",
    "keys:read": "See the API keys",
    "keys:write": "Make and revoke API keys",
    "sso:write": "See and change single sign-on, its domains and sign-in attempts",
    "audit:read": "Search and export the audit log",
    "security:read": "See security alerts, their rules and locked accounts",
    "security:write": "Deal with security alerts, change their rules, unlock accounts",
    "sources:read": "See event sources, the events arriving from them and their schemas",
    "sources:write": "Add and change event sources, their write keys and planned events",
    "webhooks:read": "See webhook endpoints and the log of their deliveries",
    "webhooks:write": "Add and change webhook endpoints, see their secrets, send again",
    "jobs:read": "See background work",
    "jobs:write": "Cancel and retry background work",
    "dashboard:read": "See the dashboard",
    "metrics:read": "See metrics and their values",
    "metrics:write": "Define, change and remove metrics",
    "mail:read": "See the mails kept by the local mail sink",
    "ai:read": "See the connected models, prompts, usage and budgets",
    "ai:write": "Connect models, choose them for tasks, change prompts and budgets",
    "knowledge:read": "See the knowledge base and ask it questions",
    "knowledge:write": "Add, change and remove knowledge",
    "intents:read": "See intents and try them",
    "intents:write": "Add, change and train intents",
    "meetings:read": "See meetings, event types and availability",
    "meetings:write": "Book, move and cancel meetings; change one's own availability and calendars",
    "meetings:manage": "Change event types, their hosts, routing forms and everyone's availability",
    "conversations:read": "See conversations with customers",
    "conversations:write": "Answer, assign and close conversations; write notes",
    "conversations:manage": "Change inbox queues, office hours and everyone's canned replies",
    "agents:read": "See agents, qualification flows, chat widgets and simulations",
    "agents:write": "Change, test and publish agents, qualification flows and chat widgets",
    "privacy:read": "See consents with their proofs, and the suppression list",
    "privacy:write": "Record and withdraw consents; change purposes and the suppression list",
    "sending:read": "See what waits, what was sent, what was not and why; see the guardrails",
    "sending:manage": "Change guardrails and kill switches; cancel messages; decide on unknown ones",
    "sending:approve": "Approve and refuse messages that wait for a person",
    "email:read": "See senders, sending domains, mail templates and deliveries",
    "email:write": "Change senders, sending domains and mail templates",
    "campaigns:read": "See campaigns and journeys with their results",
    "campaigns:write": "Add and change campaigns and journeys",
    "campaigns:launch": "Launch, pause and stop campaigns and journeys",
}


# What a permission is useless or leaky without; one that is not listed needs the reading of its own area.
_NEEDS = {
    # The steps of an import show the cells of its file.
    "leads:import": frozenset({"leads:read", "leads:personal"}),
    "segments:read": frozenset({"leads:read"}),
    "segments:write": frozenset({"leads:read", "segments:read"}),
    "campaigns:launch": frozenset({"campaigns:read", "sending:read"}),
}


def needs_of(permission: str) -> frozenset[str]:
    """The permissions a role must hold as well, to hold this one."""
    reading = f"{permission.partition(':')[0]}:read"
    known = frozenset({reading}) if reading in PERMISSIONS and reading != permission else frozenset[str]()
    return _NEEDS.get(permission, known)


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions a member holds in one organisation.

    `lead_visibility` says whose leads, deals and tasks it shows: everyone's, those of the own teams, or the own.
    """

    key: str
    label: str
    description: str
    permissions: frozenset[str]
    lead_visibility: LeadVisibility = "all"


_ALL = frozenset(PERMISSIONS)
_BUSINESS_READ = frozenset(
    {
        "leads:read",
        "deals:read",
        "segments:read",
        "scoring:read",
        "tasks:read",
        "dashboard:read",
        "metrics:read",
        "sources:read",
        "knowledge:read",
        "intents:read",
        "meetings:read",
        "conversations:read",
        "agents:read",
        "privacy:read",
        "sending:read",
        "email:read",
        "campaigns:read",
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
            "Runs the business: everything but members, API keys, webhooks, organisation settings and the audit log",
            _ALL
            - {"organisation:write", "audit:read", "members:write", "roles:write", "keys:write", "webhooks:write"}
            - {"sso:write", "security:read", "security:write"},
        ),
        Role(
            "creator",
            "Content creator",
            "Sees the business; works on leads, tasks, knowledge, meetings, conversations, campaigns and mails",
            _BUSINESS_READ
            | {"leads:personal", "leads:write", "tasks:write", "segments:write", "knowledge:write", "meetings:write"}
            | {"conversations:write", "privacy:write", "email:write", "campaigns:write"},
        ),
        Role(
            "analyst",
            "Analyst",
            "Sees and exports, changes nothing; contact details are masked",
            frozenset(p for p in PERMISSIONS if p.endswith(":read") and p not in {"audit:read", "security:read"})
            | {"leads:export"},
        ),
        Role(
            "api_user",
            "API user",
            "For programs: leads, imports, deals, tasks, meetings, conversations, consents and campaigns",
            frozenset(
                {
                    "leads:read",
                    "leads:personal",
                    "leads:write",
                    "leads:import",
                    "deals:read",
                    "deals:write",
                    "segments:read",
                    "knowledge:read",
                    "meetings:read",
                    "meetings:write",
                    "conversations:read",
                    "conversations:write",
                    "privacy:read",
                    "privacy:write",
                    "sending:read",
                    "campaigns:read",
                    "campaigns:write",
                    "scoring:read",
                    "tasks:read",
                    "tasks:write",
                }
            ),
        ),
    )
}


def permissions_of(role: str) -> frozenset[str]:
    """Permissions of a built-in role; any other holds none here (`service.roles` knows an organisation's own)."""
    known = ROLES.get(role)
    return known.permissions if known else frozenset()


def effective_permissions(role: str, stored: Iterable[str] | None) -> frozenset[str]:
    """Permissions of a role given what is `stored` of a custom one; what the product no longer knows is left out."""
    return permissions_of(role) if stored is None or role in ROLES else _ALL.intersection(stored)

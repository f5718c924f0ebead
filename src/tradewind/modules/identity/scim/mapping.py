"""SCIM resources ↔ members and groups, without input or output."""

import hashlib
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import orjson
from scim2_models import InvalidValueException, Meta, Resource, User

from tradewind.kernel.places import time_zones
from tradewind.modules.identity.errors import InvalidEmail
from tradewind.modules.identity.repository.scim import GroupState, Person, key_of
from tradewind.modules.identity.scim.provider import Group
from tradewind.modules.identity.service import addresses

MAX_MEMBERS = 10_000
_MAX_NAME = 120
_MAX_KEY = 320
_MAX_ATTRIBUTES_BYTES = 64 * 1024
# Kept in columns of their own, computed, or never to be kept.
_PERSON_COLUMNS = {"schemas", "id", "meta", "userName", "externalId", "active", "groups", "password"}
_GROUP_COLUMNS = {"schemas", "id", "meta", "displayName", "externalId", "members"}


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What an identity provider says of a person; `email` is None where it gives no usable address."""

    user_name: str
    user_name_key: str
    external_id: str | None
    active: bool | None
    attributes: dict[str, Any]
    name: str
    email: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class GroupValues:
    """What an identity provider says of a group; `members` are ids of people."""

    display_name: str
    display_name_key: str
    external_id: str | None
    attributes: dict[str, Any]
    members: list[str]


def person_values(resource: Resource[Any]) -> PersonValues:
    """What to store of a User. Raises InvalidValueException."""
    user = cast("User[Any]", resource)
    user_name = _bounded("userName", user.user_name)
    return PersonValues(
        user_name=user_name,
        user_name_key=key_of(user_name),
        external_id=_optional("externalId", user.external_id),
        active=user.active,
        attributes=_attributes(user, _PERSON_COLUMNS),
        name=_name(user),
        email=_email(user),
        time_zone=user.timezone if user.timezone in time_zones() else None,
    )


def group_values(resource: Resource[Any]) -> GroupValues:
    """What to store of a Group. Raises InvalidValueException."""
    group = cast(Group, resource)
    name = _bounded("displayName", group.display_name)
    members = list(dict.fromkeys(member.value for member in group.members or [] if member.value))
    if len(members) > MAX_MEMBERS:
        raise InvalidValueException(detail=f"A group has at most {MAX_MEMBERS} members.")
    return GroupValues(
        display_name=name,
        display_name_key=key_of(name),
        external_id=_optional("externalId", group.external_id),
        attributes=_attributes(group, _GROUP_COLUMNS),
        members=members,
    )


def user_resource(model: type[Resource[Any]], person: Person) -> Resource[Any]:
    """The User that a member is. One the identity provider has not written yet is described from the account."""
    content: dict[str, Any] = dict(person.attributes) or (
        {} if person.provisioned_at is not None else _described(person.name, person.email)
    )
    content |= {"userName": person.user_name, "externalId": person.external_id}
    if not person.active_unassigned:
        content["active"] = person.active
    if person.groups:
        content["groups"] = [
            {"value": str(group_id), "$ref": f"Groups/{group_id}", "display": name, "type": "direct"}
            for group_id, name in person.groups
        ]
    content = {name: value for name, value in content.items() if value is not None}
    found = _resource(model, content, person.id)
    # A digest: some of it is changed by people in the product, where no version is counted.
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
    found.meta = Meta(
        resource_type="User",
        created=person.created_at,
        last_modified=person.updated_at,
        version=f'W/"{digest}"',
    )
    return found


def group_resource(model: type[Resource[Any]], group: GroupState) -> Resource[Any]:
    """The Group resource; without members where they were not loaded."""
    content = dict(group.attributes) | {"displayName": group.display_name}
    if group.external_id is not None:
        content["externalId"] = group.external_id
    if group.members:
        content["members"] = [
            {"value": str(person_id), "$ref": f"Users/{person_id}", "type": "User"} for person_id in group.members
        ]
    found = _resource(model, content, group.id)
    found.meta = Meta(
        resource_type="Group",
        created=group.created_at,
        last_modified=group.updated_at,
        version=f'W/"{group.version}"',
    )
    return found


def _resource(model: type[Resource[Any]], content: dict[str, Any], resource_id: UUID) -> Resource[Any]:
    found = model.model_validate(content)
    found.id = str(resource_id)
    return found


def _described(name: str, email: str) -> dict[str, Any]:
    return {
        "displayName": name,
        "name": {"formatted": name},
        "emails": [{"value": email, "type": "work", "primary": True}],
    }


def _attributes(resource: Resource[Any], without: set[str]) -> dict[str, Any]:
    content = {name: value for name, value in resource.model_dump(mode="json").items() if name not in without}
    encoded = orjson.dumps(content)
    if len(encoded) > _MAX_ATTRIBUTES_BYTES:
        raise InvalidValueException(detail="The attributes of one resource are limited to 64 kB.")
    if b"\\u0000" in encoded:
        raise InvalidValueException(detail="A text holds a NUL character.")
    return content


def _name(user: "User[Any]") -> str:
    """The name to show in the product: the first of several that holds something."""
    parts = user.name
    whole = " ".join(filter(None, (parts.given_name, parts.family_name))) if parts else ""
    for candidate in (user.display_name, parts.formatted if parts else None, whole, user.user_name):
        printable = " ".join("".join(c if c.isprintable() else " " for c in candidate or "").split())
        if printable:
            return printable[:_MAX_NAME].strip()
    raise InvalidValueException(detail="userName must hold visible characters.")


def _email(user: "User[Any]") -> str | None:
    """The primary address, else the one for work, else the first, else the user name where it is an address."""
    ranked = sorted(user.emails or [], key=lambda entry: (not entry.primary, entry.type != "work"))
    for candidate in (*(entry.value for entry in ranked), user.user_name):
        try:
            return addresses.normalise(candidate or "")[0]
        except InvalidEmail:
            continue
    return None


def _bounded(attribute: str, value: str | None) -> str:
    if not value or not value.strip():
        raise InvalidValueException(detail=f"{attribute} must not be empty.")
    found = _optional(attribute, value)
    assert found is not None
    return found


def _optional(attribute: str, value: str | None) -> str | None:
    if value is not None and (len(value) > _MAX_KEY or "\x00" in value):
        raise InvalidValueException(detail=f"{attribute} is limited to {_MAX_KEY} characters without NUL.")
    return value

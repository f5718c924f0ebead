"""What the SCIM service offers: resource types, capabilities, and how far clients may depart from the standard."""

from typing import Annotated, Any, ClassVar

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    EnterpriseUser,
    Error,
    ETag,
    External,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    User,
)
from scim2_server.requests import ScimRequest
from scim2_server.routing import Operation
from scim2_server.service import ScimService

from tradewind.kernel.errors import AppError

MAX_BODY_BYTES = 1 << 20
MAX_BULK_OPERATIONS = 100
MAX_RESULTS = 200


class GroupMember(ComplexAttribute):
    """A member of a group: people only, groups do not nest."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """The group of RFC 7643 section 4.2."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None
    Members: ClassVar[type[ComplexAttribute]] = GroupMember


CONFIG = ServiceProviderConfig(
    documentation_uri=None,
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MAX_BULK_OPERATIONS, max_payload_size=MAX_BODY_BYTES),
    filter=Filter(supported=True, max_results=MAX_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A provisioning token of the organisation, made under Settings, User provisioning.",
            spec_uri=Reference[External]("https://datatracker.ietf.org/doc/html/rfc6750"),
            primary=True,
        )
    ],
)

PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)],
    config=CONFIG,
    # Attributes we do not know are kept; the other two are what Microsoft Entra sends.
    policy=ScimPolicy(
        unknown=ScimPolicy.Unknown.keep,
        remove_value_as_filter=ScimPolicy.RemoveValue.apply,
        unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
    ),
)


class ProvisioningService(ScimService):
    """The protocol, with our limits and our failures."""

    def __init__(self) -> None:
        super().__init__(PROVIDER)

    def max_body_size(self, request: ScimRequest) -> int | None:
        """Every body has a limit, not only that of a bulk request."""
        limit = super().max_body_size(request)
        return MAX_BODY_BYTES if limit is None else min(limit, MAX_BODY_BYTES)

    @staticmethod
    def error_of(exception: Exception) -> Error:
        """Our own expected failures keep their status and text; LastAdmin, for instance, is a 409."""
        if isinstance(exception, AppError) and exception.status < 500:
            # SCIM has no 422: what the values break is a plain bad request there.
            invalid = exception.status == 422
            return Error(
                status=400 if invalid else exception.status,
                scim_type="invalidValue" if invalid else None,
                detail=f"{exception.title}. {exception.detail}"
                if exception.detail != exception.title
                else exception.title,
            )
        return ScimService.error_of(exception)


def route_label(request: ScimRequest, service: ScimService) -> str:
    """The pattern of a request's path, for metrics: bounded, unlike the path."""
    target = service.match(request)
    if target.operation in (Operation.query, Operation.replace, Operation.patch, Operation.delete):
        return f"/scim/v2/{_known(target.endpoint)}/{{id}}"
    return f"/scim/v2/{_known(target.endpoint) if target.endpoint else target.operation.value}"


def _known(endpoint: str | None) -> str:
    return endpoint if endpoint in {"Users", "Groups"} else "(unknown)"

"""Single sign-on: its settings, and the way through a provider."""

from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from fastapi import Header, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from tradewind.kernel.access import CurrentActor, Session, public, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.errors import BadRequest, PayloadTooLarge
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.modules.identity.models.single_sign_on import SsoConnection, SsoDomain
from tradewind.modules.identity.repository import single_sign_on as repository
from tradewind.modules.identity.routes.cookies import clear_session, set_session, user_agent
from tradewind.modules.identity.schemas.single_sign_on import (
    AdministratorRead,
    AttemptList,
    AttemptRead,
    CertificateRead,
    CheckRead,
    ConnectionCreate,
    ConnectionRead,
    ConnectionUpdate,
    ConnectionValues,
    DomainCreate,
    DomainProof,
    DomainRead,
    DomainUpdate,
    EndedSessions,
    FindingRead,
    LinkList,
    LinkRead,
    OidcRead,
    OurSide,
    PasswordKeepers,
    RoleRule,
    SamlRead,
    SsoRead,
    SsoStart,
    SsoStarted,
)
from tradewind.modules.identity.service.single_sign_on import (
    checks,
    connections,
    domains,
    flow,
    saml,
    saml_logout,
    signing_out,
)
from tradewind.modules.identity.service.single_sign_on.claims import FINISH_PATH, Site
from tradewind.modules.identity.service.single_sign_on.connections import Change

router = Router(tags=["Single sign-on"])
COOKIE = "tw_sso"
_COOKIE_PATH = "/api/v1/auth/sso"
_SETTINGS_PATH = "/settings/single-sign-on"
_MAX_FORM = saml.MAX_ANSWER * 3 // 2
_READ = [requires("sso:write")]
_WRITE = [requires("sso:write", step_up=True)]
Answer = Annotated[str | None, Query(max_length=4096)]


@router.get("/sso", dependencies=_READ)
async def read_single_sign_on(session: Session, request: Request) -> SsoRead:
    """Connections, domains, and the administrators who keep a password."""
    counts = await repository.link_counts(session)
    site = _site(request)
    return SsoRead(
        connections=[_connection(row, site, counts.get(row.id, 0)) for row in await connections.listed(session)],
        domains=[_domain(row) for row in await domains.listed(session)],
        administrators=await _administrators(session),
    )


@router.post("/sso/connections", status_code=status.HTTP_201_CREATED, dependencies=_WRITE)
async def create_connection(
    session: Session, request: Request, response: Response, payload: ConnectionCreate
) -> ConnectionRead:
    """Trust an identity provider."""
    site = _site(request)
    row = await connections.create(session, site, kind=payload.kind, change=_change(payload))
    response.headers["ETag"] = etag(row.version)
    return _connection(row, site, 0)


@router.patch("/sso/connections/{connection_id}", dependencies=_WRITE)
async def update_connection(
    session: Session,
    request: Request,
    response: Response,
    connection_id: UUID,
    payload: ConnectionUpdate,
    if_match: Annotated[str | None, Header()] = None,
) -> ConnectionRead:
    """Change a connection. With another issuer all linked identities are forgotten."""
    site = _site(request)
    row = await connections.update(session, site, connection_id, _change(payload), if_match=if_match)
    response.headers["ETag"] = etag(row.version)
    return _connection(row, site, (await repository.link_counts(session)).get(row.id, 0))


@router.delete("/sso/connections/{connection_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=_WRITE)
async def remove_connection(session: Session, connection_id: UUID) -> None:
    """Remove a connection. Its people stay members and sign in otherwise."""
    await connections.remove(session, connection_id)


@router.post(
    "/sso/connections/{connection_id}/check",
    dependencies=[*_READ, rate_limit("sso-check", "30/minute", key="actor")],
)
async def check_connection(request: Request, actor: CurrentActor, connection_id: UUID) -> CheckRead:
    """Ask the provider what it offers, and say what is right, doubtful or wrong."""
    async with request.app.state.database.transaction(actor) as session:
        connection = await connections.find(session, connection_id)
    found = await checks.check(connection, _site(request))
    return CheckRead(findings=[FindingRead.model_validate(finding, from_attributes=True) for finding in found])


@router.post(
    "/sso/connections/{connection_id}/test",
    dependencies=[*_READ, rate_limit("sso-check", "30/minute", key="actor")],
)
async def test_connection(request: Request, response: Response, actor: CurrentActor, connection_id: UUID) -> SsoStarted:
    """Begin a sign-in that only shows what it would do; the result is among the attempts."""
    started = await flow.start(
        request.app.state.database, actor, _site(request), connection_id=connection_id, purpose="test",
        next_path=_SETTINGS_PATH, browser=request.cookies.get(COOKIE),
    )  # fmt: skip
    _set_cookie(request, response, started.browser)
    return SsoStarted(url=started.url)


@router.get("/sso/connections/{connection_id}/attempts", dependencies=_READ)
async def list_attempts(session: Session, connection_id: UUID) -> AttemptList:
    """The last 50 sign-ins and tests, newest first."""
    rows = await connections.attempts(session, connection_id)
    return AttemptList(items=[AttemptRead.model_validate(row, from_attributes=True) for row in rows])


@router.get("/sso/connections/{connection_id}/links", dependencies=_READ)
async def list_links(session: Session, connection_id: UUID) -> LinkList:
    """Who has which identity at the provider."""
    rows = await connections.links(session, connection_id)
    return LinkList(items=[LinkRead.model_validate(row, from_attributes=True) for row in rows])


@router.delete(
    "/sso/connections/{connection_id}/links/{link_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=_WRITE,
)
async def remove_link(session: Session, connection_id: UUID, link_id: UUID) -> None:
    """Forget an identity; at the next sign-in it is linked anew by its address."""
    await connections.unlink(session, connection_id, link_id)


@router.post("/sso/domains", status_code=status.HTTP_201_CREATED, dependencies=_WRITE)
async def claim_domain(session: Session, payload: DomainCreate) -> DomainRead:
    """Claim an e-mail domain; it counts once it is proven."""
    return _domain(await domains.claim(session, payload.domain, payload.connection_id))


@router.post(
    "/sso/domains/{domain_id}/proof",
    dependencies=[*_WRITE, rate_limit("sso-check", "30/minute", key="actor")],
)
async def prove_domain(session: Session, domain_id: UUID, payload: DomainProof) -> DomainRead:
    """Look for the proof now."""
    return _domain(await domains.prove(session, domain_id, payload.proof))


@router.patch("/sso/domains/{domain_id}", dependencies=_WRITE)
async def update_domain(session: Session, domain_id: UUID, payload: DomainUpdate) -> DomainRead:
    """Choose the connection, or demand single sign-on of the domain's members."""
    row = await domains.change(session, domain_id, connection_id=payload.connection_id, required=payload.required)
    return _domain(row)


@router.delete("/sso/domains/{domain_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=_WRITE)
async def remove_domain(session: Session, domain_id: UUID) -> None:
    """Give a domain up."""
    await domains.remove(session, domain_id)


@router.put("/sso/password-keepers", dependencies=_WRITE)
async def set_password_keepers(session: Session, payload: PasswordKeepers) -> list[AdministratorRead]:
    """Choose the administrators who can always sign in by password."""
    await connections.keep_passwords(session, set(payload.user_ids))
    return await _administrators(session)


@router.post("/auth/sso/start", dependencies=[public("sign-in"), rate_limit("sso-start", "60/minute")])
async def start_single_sign_on(
    request: Request, response: Response, actor: CurrentActor, payload: SsoStart
) -> SsoStarted:
    """Where to send the browser for an address or a connection. Tells nothing about single accounts."""
    if (payload.email is None) == (payload.connection_id is None):
        raise BadRequest("Give either an e-mail address or a connection.", code="identity.sso_start")
    started = await flow.start(
        request.app.state.database, actor, _site(request), email=payload.email,
        connection_id=payload.connection_id, next_path=payload.next, browser=request.cookies.get(COOKIE),
    )  # fmt: skip
    _set_cookie(request, response, started.browser)
    return SsoStarted(url=started.url)


@router.get(
    "/auth/sso/oidc/callback",
    response_class=RedirectResponse,
    status_code=status.HTTP_303_SEE_OTHER,
    dependencies=[public("the provider sends people here before they are signed in"), rate_limit("sso", "120/minute")],
)
async def finish_oidc(
    request: Request,
    actor: CurrentActor,
    state: Answer = None,
    code: Answer = None,
    iss: Answer = None,
    error: Answer = None,
    error_description: Answer = None,
) -> Response:
    """Where OpenID Connect providers send people back to."""
    outcome = await flow.finish_oidc(
        request.app.state.database, actor, _site(request), browser=request.cookies.get(COOKIE),
        answer={"state": state, "code": code, "iss": iss, "error": error, "error_description": error_description},
        agent=user_agent(request),
    )  # fmt: skip
    return _arrive(request, outcome)


@router.post(
    "/auth/sso/saml/acs",
    response_class=RedirectResponse,
    status_code=status.HTTP_303_SEE_OTHER,
    dependencies=[public("the provider's page posts here; nobody is signed in yet"), rate_limit("sso", "120/minute")],
)
async def receive_saml(request: Request, actor: CurrentActor) -> Response:
    """Assertion consumer service: where the browser posts a SAML provider's answer."""
    form = await _form(request)
    state = form.get("RelayState", "")
    outcome = await flow.receive_saml(
        request.app.state.database, actor, _site(request), state=state, answer=form.get("SAMLResponse", "")
    )
    if outcome is not None:
        return _arrive(request, outcome)
    return _redirect(f"{FINISH_PATH}?{urlencode({'state': state})}")


@router.get(
    "/auth/sso/finish",
    response_class=RedirectResponse,
    status_code=status.HTTP_303_SEE_OTHER,
    dependencies=[
        public("the step after the provider's post"),
        rate_limit("sso", "120/minute"),
    ],
)
async def finish_saml(request: Request, actor: CurrentActor, state: Answer = None) -> Response:
    """The browser comes with its own cookie for what the provider has posted."""
    outcome = await flow.finish_saml(
        request.app.state.database, actor, state=state or "", browser=request.cookies.get(COOKIE),
        agent=user_agent(request),
    )  # fmt: skip
    return _arrive(request, outcome)


@router.get(
    "/auth/sso/saml/metadata",
    dependencies=[public("providers read it"), rate_limit("sso", "120/minute")],
    response_class=Response,
    responses={200: {"content": {"application/samlmetadata+xml": {}}, "description": "Metadata"}},
)
async def read_saml_metadata(session: Session, request: Request, connection: UUID) -> Response:
    """Our metadata for a connection: entity id, address for answers, certificate, what must be signed."""
    settings = await connections.public_settings(session, connection)
    document = saml.our_metadata(settings, _site(request), connection)
    return Response(document, media_type="application/samlmetadata+xml")


@router.post(
    "/auth/sso/oidc/back-channel",
    dependencies=[
        public("the provider's server tells of a sign-out, by a signed token"),
        rate_limit("sso", "600/minute"),
    ],
)
async def end_by_back_channel(
    request: Request, response: Response, actor: CurrentActor, connection: UUID
) -> EndedSessions:
    """Back-channel logout: an OpenID Connect provider tells that somebody signed out there."""
    response.headers["Cache-Control"] = "no-store"
    token = (await _form(request)).get("logout_token", "")
    try:
        ended = await signing_out.back_channel(request.app.state.database, actor, _site(request), connection, token)
    except SsoRefused as refusal:
        raise BadRequest(refusal.detail, code=refusal.code) from refusal
    return EndedSessions(ended=ended)


@router.get(
    "/auth/sso/saml/logout",
    response_class=RedirectResponse,
    status_code=status.HTTP_303_SEE_OTHER,
    dependencies=[public("the provider sends people here, with a signed message"), rate_limit("sso", "120/minute")],
)
async def end_by_saml(
    request: Request,
    actor: CurrentActor,
    connection: UUID,
    message: Annotated[str | None, Query(alias="SAMLRequest", max_length=saml_logout.MAX_QUERY)] = None,
    state: Annotated[str, Query(alias="RelayState", max_length=4096)] = "",
) -> Response:
    """Single logout service: a SAML provider's request to sign somebody out, or its answer to ours."""
    database, raw = request.app.state.database, request.url.query
    if message is None:
        done = await signing_out.answered(database, actor, _site(request), connection, raw, state=state)
        return _redirect("/login" if done else "/login?sso_error=sign_out_unconfirmed")
    try:
        back, ended = await signing_out.requested(database, actor, _site(request), connection, raw)
    except SsoRefused as refusal:
        raise BadRequest(refusal.detail, code=refusal.code) from refusal
    response = _redirect(back or "/login")
    if ended:
        clear_session(response)
    return response


def _arrive(request: Request, outcome: flow.Outcome) -> Response:
    """Send the browser into the app: signed in, to the test's result, or to the sign-in page with the reason."""
    if outcome.purpose == "test":
        query = {"connection": outcome.connection_id, "attempt": outcome.attempt_id}
        return _redirect(f"{outcome.next_path}?{urlencode({k: v for k, v in query.items() if v})}")
    if outcome.tokens is None:
        reason = outcome.refusal.reason if outcome.refusal else "refused"
        return _redirect(f"/login?{urlencode({'sso_error': reason})}")
    response = _redirect(outcome.next_path)
    set_session(request, response, outcome.tokens)
    response.delete_cookie(COOKIE, path=_COOKIE_PATH)
    return response


def _redirect(path: str) -> Response:
    return RedirectResponse(path, status.HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


def _set_cookie(request: Request, response: Response, browser: str) -> None:
    public_url = request.app.state.settings.public_url or ""
    response.set_cookie(
        COOKIE, browser, max_age=int(flow.LIFETIME.total_seconds()), path=_COOKIE_PATH, httponly=True,
        secure=request.url.scheme == "https" or public_url.startswith("https://"), samesite="lax",
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form, first values only, read up to a bound."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise PayloadTooLarge(f"The provider's answer is limited to {saml.MAX_ANSWER // 1024} kB.")
    try:
        return {name: values[0] for name, values in parse_qs(body.decode("ascii"), max_num_fields=20).items()}
    except ValueError as error:
        raise BadRequest("A form with SAMLResponse and RelayState is expected.") from error


def _site(request: Request) -> Site:
    return Site.of(request.app.state.settings)


def _change(payload: ConnectionValues) -> Change:
    given = payload.model_dump(exclude_unset=True)
    common = {
        name: value for name, value in given.items() if name not in ("kind", "oidc", "saml") and value is not None
    }
    return Change(common, given.get("oidc"), given.get("saml"))


def _connection(row: SsoConnection, site: Site, linked: int) -> ConnectionRead:
    is_oidc = row.kind == "oidc"
    return ConnectionRead(
        id=row.id,
        version=row.version,
        kind="oidc" if is_oidc else "saml",
        name=row.name,
        enabled=row.enabled,
        oidc=_oidc(row) if is_oidc else None,
        saml=None if is_oidc else _saml(row),
        ours=OurSide(
            redirect_uri=site.redirect_uri if is_oidc else None,
            logged_out_uri=site.logged_out_url if is_oidc else None,
            back_channel_uri=site.back_channel_url(row.id) if is_oidc else None,
            slo_url=None if is_oidc else site.slo_url(row.id),
            acs_url=None if is_oidc else site.acs_url,
            entity_id=None if is_oidc else site.entity_id(row.id),
        ),
        creates_users=row.creates_users,
        default_role=row.default_role,
        role_rules=[RoleRule(**rule) for rule in row.role_rules],
        linked_people=linked,
        sign_in_path=f"/login?{urlencode({'sso': row.id})}",
        created_at=row.created_at,
    )


def _oidc(row: SsoConnection) -> OidcRead:
    found = connections.oidc_settings(row)
    return OidcRead(
        issuer=found.issuer,
        client_id=found.client_id,
        has_secret=row.secret_sealed is not None,
        scopes=found.scopes,
        groups_claim=found.groups_claim,
        signs_out=found.signs_out,
    )


def _saml(row: SsoConnection) -> SamlRead:
    found = connections.saml_settings(row)
    return SamlRead(
        entity_id=found.entity_id,
        sso_url=found.sso_url,
        certificates=[_certificate(text) for text in found.certificates],
        metadata_url=found.metadata_url,
        email_attribute=found.email_attribute,
        name_attribute=found.name_attribute,
        groups_attribute=found.groups_attribute,
        signs_requests=found.signs_requests,
        slo_url=found.slo_url,
        signs_out=found.signs_out,
        our_certificate=_certificate(found.our_certificate) if found.our_certificate else None,
    )


def _certificate(text: str) -> CertificateRead:
    return CertificateRead.model_validate(saml.certificate_facts(text), from_attributes=True)


def _domain(row: SsoDomain) -> DomainRead:
    values: dict[str, Any] = {
        name: getattr(row, name) for name in ("id", "domain", "connection_id", "proof", "proven_at", "required")
    }
    return DomainRead(record_name=domains.record_name(row.domain), record_value=row.dns_value, **values)


async def _administrators(session: Session) -> list[AdministratorRead]:
    rows = await connections.administrators(session)
    return [AdministratorRead.model_validate(row, from_attributes=True) for row in rows]

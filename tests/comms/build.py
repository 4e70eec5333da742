"""What the tests of texts start from, made by the product's own verbs."""

from typing import Any

from cases.models import Case
from comms.actions.deciding import approve_statement
from comms.actions.releases import release_template
from comms.actions.statements import draft_statement, edit_statement
from comms.actions.submitting import submit_statement
from comms.actions.templates import approve_template, register_value, submit_template
from comms.models import (
    Approval,
    ApprovalRequest,
    RegisteredValue,
    ReleaseReview,
    Statement,
    StatementVersion,
    TemplateVersion,
)
from tests.cases import build as cases
from tests.conftest import World
from tests.stages import staged

TEXT = "We know about it. We are finding out what happened and will write again at 11:00."
CZECH = "Víme o tom. Zjišťujeme, co se stalo, a další informaci zveřejníme v 11 hodin."
HOST = "zrnko.example"
VALUES = {"topic": "product_quality", "link": f"https://{HOST}/krize", "time": "11:00", "phone": "800 123 456"}


@staged
def case(world: World, *, confidential: bool = False, kind: str = "viral_backlash", **answers: Any) -> Case:
    """An active case in Czech and English, elevated unless the answers say otherwise."""
    given = {**cases.ELEVATED, "confidential": confidential, "kind": cases.kind(kind), **answers}
    return cases.active(world, content_languages=["cs", "en"], **given)


@staged
def draft(world: World, author: str = "community", *, purpose: str = "update", **values: Any) -> StatementVersion:
    """A draft in Czech, written by one person."""
    parent = values.pop("case", None) or case(world, **values.pop("answers", {}))
    return draft_statement(parent, world.principal(author), **{"purpose": purpose, "text": CZECH, **values})


def edited(world: World, version: StatementVersion, by: str, **values: Any) -> StatementVersion:
    """The draft after somebody's edit."""
    return edit_statement(version, world.principal(by), **values)


@staged
def submitted(world: World, author: str = "community", **values: Any) -> ApprovalRequest:
    """A request that waits for its people; an update needs the communications lead."""
    version = submit_statement(draft(world, author, **values), world.principal(author))
    return version.request


def translation(version: StatementVersion) -> StatementVersion:
    """The same statement's draft in English."""
    return version.statement.versions.get(language="en")


def approve(world: World, request: ApprovalRequest, by: str = "comms_lead", **values: Any) -> Approval:
    """One person's approval of the text as it was submitted."""
    given = {"payload_hash": request.payload_hash, **values}
    return approve_statement(request, world.principal(by, fresh=True), **given)


@staged
def approved(world: World, **values: Any) -> StatementVersion:
    """A version that is approved and waits for somebody to publish it."""
    request = submitted_to_wait(world, **values)
    approve(world, request)
    return StatementVersion.objects.get(pk=request.version_id)


@staged
def submitted_to_wait(world: World, **values: Any) -> ApprovalRequest:
    """A request whose text is not published by itself once it is approved."""
    version = draft(world, **values)
    Statement.objects.filter(pk=version.statement_id).update(publish_when_approved=False)
    version = StatementVersion.objects.get(pk=version.pk)
    return submit_statement(version, world.principal("community")).request


@staged
def published(world: World, **values: Any) -> StatementVersion:
    """A version that was given to its channels with its last approval."""
    request = submitted(world, **values)
    approve(world, request)
    return StatementVersion.objects.get(pk=request.version_id)


def in_approval(world: World, code: str = "general", language: str = "cs") -> TemplateVersion:
    """A shipped first text that two people have yet to approve."""
    version = TemplateVersion.objects.get(template__brand=world.brand, template__code=code, language=language)
    if version.state == "draft":
        submit_template(version, world.principal("duty"))
    version.refresh_from_db()
    return version


@staged
def prepared(world: World, code: str = "general", languages: tuple[str, ...] = ("cs",)) -> list[TemplateVersion]:
    """A first text that may go out on one signature, with the values it can be filled with."""
    versions = [in_approval(world, code, language) for language in languages]
    if not RegisteredValue.objects.exists():
        register_value(world.brand, world.principal("manager"), type="host", value=HOST)
        register_value(world.brand, world.principal("manager"), type="product", value="Dětská kaše")
    for version in versions:
        for person in ("comms_lead", "legal"):
            approve_template(version, world.principal(person, fresh=True), payload_hash=version.payload_hash)
    return [TemplateVersion.objects.get(pk=version.pk) for version in versions]


@staged
def released(world: World, **values: Any) -> StatementVersion:
    """A first statement signed by the duty officer."""
    versions = values.pop("versions", None) or prepared(world)
    given = {"versions": versions, "values": VALUES, **values}
    return release_template(given.pop("case", None) or case(world), world.principal("duty", fresh=True), **given)


@staged
def review(world: World) -> ReleaseReview:
    """A signed text nobody has reviewed yet."""
    return released(world).release.review

"""Protocols: a published version never changes."""

import pytest
from django.db import IntegrityError, transaction

from cases.actions import activate_case, draft_protocol, publish_protocol
from cases.models import Protocol, ProtocolStep, ProtocolVersion, SeverityPolicy
from crisisdesk.core.errors import Denied, NotNow
from tests.cases.build import SERIOUS, active, codes, events_of, kind, triage
from tests.conftest import World


def backlash() -> Protocol:
    kind()
    return Protocol.objects.get(code="viral_backlash")


def test_a_new_version_is_a_copy(world: World) -> None:
    protocol = backlash()
    draft = draft_protocol(protocol, world.principal("manager"))
    assert draft.number == 2
    assert draft.steps.count() == protocol.current().steps.count() == 14
    assert protocol.current().number == 1
    with pytest.raises(NotNow) as refused:
        draft_protocol(protocol, world.principal("manager"))
    assert codes(refused) == {"draft"}


def test_publishing(world: World) -> None:
    before = active(world)
    protocol = backlash()
    draft = draft_protocol(protocol, world.principal("manager"))
    draft.steps.filter(order__gt=3).delete()
    published = publish_protocol(draft, world.principal("manager"))
    assert protocol.current() == published
    assert len(events_of(published, "protocol.published")) == 1
    after = activate_case(triage(world, lead=world.user("crisis_lead"), **SERIOUS), world.principal("duty"))
    assert after.tasks.count() == 3
    before.refresh_from_db()
    assert before.protocol_version.number == 1
    with pytest.raises(NotNow) as refused:
        publish_protocol(published, world.principal("manager"))
    assert codes(refused) == {"published"}


def test_an_empty_version_is_not_published(world: World) -> None:
    draft = draft_protocol(backlash(), world.principal("manager"))
    draft.steps.all().delete()
    with pytest.raises(NotNow) as refused:
        publish_protocol(draft, world.principal("manager"))
    assert codes(refused) == {"steps"}


def test_the_database_keeps_published_versions(world: World) -> None:
    version = backlash().current()
    step = version.steps.first()
    copy = ProtocolStep(version=version, order=99, role="duty", offset_minutes=0, title_cs="x", title_en="x")
    attempts = (
        lambda: ProtocolVersion.objects.filter(pk=version.pk).update(change="quietly"),
        lambda: ProtocolStep.objects.filter(pk=step.pk).update(title_en="Something else"),
        lambda: ProtocolStep.objects.filter(pk=step.pk).delete(),
        copy.save,
    )
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_changed_limit_makes_another_version_of_the_policy(world: World) -> None:
    kind()
    policy = SeverityPolicy.objects.get()
    before = policy.version
    limit = policy.limits.first()
    limit.save()
    policy.refresh_from_db()
    assert policy.version == before
    limit.amount = 7
    limit.save()
    policy.refresh_from_db()
    assert policy.version == before + 1


def test_it_needs_the_right_to_manage(world: World) -> None:
    with pytest.raises(Denied):
        draft_protocol(backlash(), world.principal("crisis_lead"))

"""Who is told about signals and roles: by mail only while it still waits for them."""

from datetime import timedelta

import time_machine

from cases.actions import accept_role, dismiss_signal, lapse_offer, take_over_signal
from cases.models import RoleAssignment
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.models import Notification, Unsent, Way
from crisisdesk.core.tasks import send_notifications
from tests.cases.build import confidential, led, offer, signal
from tests.conftest import World


def reasons(kind: str) -> set[str]:
    send_notifications()
    return set(Notification.objects.filter(way=Way.MAIL, kind=kind).values_list("unsent", flat=True))


def test_a_signal_that_waits_is_told(world: World) -> None:
    signal(world)
    assert reasons("signal.waiting") == {""}


def test_a_signal_somebody_has_taken_over_needs_no_mail(world: World) -> None:
    take_over_signal(signal(world), world.principal("duty"))
    assert reasons("signal.waiting") == {Unsent.SETTLED}


def test_nor_one_that_was_dismissed(world: World) -> None:
    dismiss_signal(signal(world), world.principal("duty"), reason="A joke")
    assert reasons("signal.waiting") == {Unsent.SETTLED}


def test_an_offer_in_a_confidential_case_is_told_to_whom_it_asks(world: World) -> None:
    offer(world, "legal", confidential(world))
    assert "" in reasons("role.offered")


def test_an_offer_that_was_answered_needs_no_mail(world: World) -> None:
    accept_role(offer(world, "legal", led(world)), world.principal("legal"))
    mine = Notification.objects.filter(way=Way.MAIL, kind="role.offered", user=world.user("legal"))
    send_notifications()
    assert mine.get().unsent == Unsent.SETTLED


def test_nor_one_that_lapsed_and_the_next_offer_of_the_role_is_told(world: World) -> None:
    first = offer(world, "legal", led(world))
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        lapse_offer(first, SYSTEM)
        lapse_offer(RoleAssignment.objects.get(pk=first.pk), SYSTEM)  # the task once more
        second = first.case.roles.filter(role="legal").latest("pk")
        assert second != first
        send_notifications()
    told = Notification.objects.filter(way=Way.MAIL, kind="role.offered")
    assert told.get(object_id=first.uuid).unsent == Unsent.SETTLED
    assert (told.get(object_id=second.uuid).unsent, told.filter(object_id=second.uuid).count()) == ("", 1)

"""The same verbs over REST: deliveries, ticks, accounts, subscribers, the newsroom."""

from typing import Any

import pytest
from django.test import Client

from comms.sending import claiming as sending
from comms.sending.models import Account, Delivery, NewsroomPost, Subscriber
from comms.sending.models.deliveries import MOST_LOOKS
from crisisdesk.core import clock
from tests.comms.sending import build
from tests.conftest import World

API = "/api/v1"


class Program:
    """A signed-in client that speaks JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str, **parameters: Any) -> Any:
        return self.client.get(f"{API}/{address}", parameters)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"{API}/{address}", body or {}, content_type="application/json", headers=headers)

    def patch(self, address: str, body: Any, etag: str = "") -> Any:
        headers = {"If-Match": etag} if etag else {}
        return self.client.patch(f"{API}/{address}", body, content_type="application/json", headers=headers)


def program(world: World, code: str) -> Program:
    return Program(world.client(code))


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.REQUIRE_MFA = False


def test_deliveries_are_listed_filtered_and_shown_with_their_attempts(world: World) -> None:
    version = build.released(world)
    sending.send_due()
    me = program(world, "community")
    rows = me.get("deliveries", version=version.uuid, by_hand="false").json()["results"]
    assert {row["state"] for row in rows} == {"sent"}
    newsroom = build.delivery(version, "newsroom")
    shown = me.get(f"deliveries/{newsroom.uuid}").json()
    assert shown["text"] == build.TEXT
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["sent"]
    assert shown["available_actions"] == []
    assert me.get("deliveries", nonsense="1").status_code == 400


def test_ticking_linking_and_unticking(world: World) -> None:
    row = build.delivery(build.released(world), "facebook")
    me = program(world, "community")
    assert "tick" in me.get(f"deliveries/{row.uuid}").json()["available_actions"]
    wrong = me.post(f"deliveries/{row.uuid}/tick", {"posted": "Something else"})
    assert wrong.status_code == 422
    assert wrong["Content-Type"] == "application/problem+json"
    assert me.post(f"deliveries/{row.uuid}/tick", {"url": "https://www.facebook.com/1"}).json()["state"] == "sent"
    assert program(world, "duty").post(f"deliveries/{row.uuid}/tick").status_code == 409
    assert me.post(f"deliveries/{row.uuid}/link", {"url": "https://www.facebook.com/2"}).status_code == 200
    assert me.post(f"deliveries/{row.uuid}/untick", {"reason": "Wrong row"}).json()["state"] == "pending"


def test_repairing(world: World) -> None:
    version = build.released(world)
    row = build.delivery(version, "newsroom")
    Delivery.objects.filter(pk=row.pk).update(state="dead", dead_at=clock.now())
    me = program(world, "community")
    assert me.post(f"deliveries/{row.uuid}/retry").json()["state"] == "pending"
    Delivery.objects.filter(pk=row.pk).update(state="unconfirmed", looked=MOST_LOOKS)
    assert set(me.get(f"deliveries/{row.uuid}").json()["available_actions"]) == {"mark-sent", "send-again"}
    assert me.post(f"deliveries/{row.uuid}/mark-sent", {"url": "https://zrnko.example/1"}).json()["state"] == "sent"


def test_others_get_what_is_theirs(world: World) -> None:
    row = build.delivery(build.released(world), "facebook")
    assert program(world, "outsider").get(f"deliveries/{row.uuid}").status_code == 404
    assert program(world, "legal").post(f"deliveries/{row.uuid}/tick").status_code == 403
    assert Program(Client()).get(f"deliveries/{row.uuid}").status_code == 401
    assert program(world, "outsider").get("deliveries").json()["results"] == []


def test_setting_up_an_account(world: World) -> None:
    build.account(world)
    boss = program(world, "manager")
    given = {"brand": str(world.brand.uuid), "code": "threads", "kind": "manual", "network": "threads"}
    made = boss.post("accounts", {**given, "name_cs": "Threads", "name_en": "Threads"})
    assert made.status_code == 201
    account = made.json()
    assert account["limit"]["most"] == 500
    address = f"accounts/{account['uuid']}"
    assert boss.patch(address, {"position": 3}).status_code == 428
    changed = boss.patch(address, {"languages": ["cs"], "settings": {"profile": "https://t.example/z"}}, made["ETag"])
    assert changed.json()["languages"] == ["cs"]
    refused = boss.patch(address, {"settings": {"password": "x"}}, changed["ETag"])
    assert refused.status_code == 422
    assert (
        program(world, "community")
        .post("accounts", {**given, "code": "other", "name_cs": "x", "name_en": "x"})
        .status_code
        == 403
    )
    assert Account.objects.get(code="threads", brand=world.brand).languages == ["cs"]


def test_a_second_newsroom_is_refused(world: World) -> None:
    build.account(world)
    given = {"brand": str(world.brand.uuid), "code": "room2", "kind": "newsroom", "name_cs": "x", "name_en": "x"}
    assert program(world, "manager").post("accounts", given).status_code == 409


def test_addresses_of_subscribers_are_for_administrators(world: World) -> None:
    subscriber = build.subscriber(world, "eva@reader.example")
    boss = program(world, "manager")
    assert [row["address"] for row in boss.get("subscribers").json()["results"]] == ["eva@reader.example"]
    assert program(world, "comms_lead").get("subscribers").json()["results"] == []
    assert program(world, "comms_lead").get(f"subscribers/{subscriber.uuid}").status_code == 404
    asked = boss.post(
        "subscribers", {"account": str(subscriber.account.uuid), "address": "a@b.example", "language": "cs"}
    )
    assert (asked.status_code, asked.json()["state"]) == (201, "asked")
    assert boss.post(f"subscribers/{subscriber.uuid}/unsubscribe").json()["state"] == "left"
    assert Subscriber.objects.count() == 2


def test_the_newsroom_is_read_by_brand_and_language(world: World) -> None:
    build.released(world)
    sending.send_due()
    me = program(world, "observer")
    rows = me.get("newsroom-posts", brand=world.brand.uuid, language="cs", withdrawn="false").json()["results"]
    assert [row["text"] for row in rows] == [build.TEXT]
    assert me.get(f"newsroom-posts/{NewsroomPost.objects.get().uuid}").status_code == 200
    assert program(world, "outsider").get("newsroom-posts").json()["results"] == []

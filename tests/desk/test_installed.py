"""CrisisDesk on a home screen."""

import json

import pytest
from django.test import Client

from crisisdesk.desk.installed import KEPT


def test_the_manifest_names_the_desk(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    assert json.loads(answer.content)["start_url"] == "/"


def test_the_worker_keeps_the_offline_page_and_nothing_of_the_desk(client: Client) -> None:
    answer = client.get("/worker.js")
    script = answer.content.decode()
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    assert script.count('"/static') + script.count("\\u002Dstatic") <= len(KEPT)
    assert "offline" in script


@pytest.mark.parametrize("path", ["/offline/", "/worker.js", "/manifest.webmanifest"])
def test_nothing_of_it_asks_who_is_there(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert not answer.cookies

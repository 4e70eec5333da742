"""Files in S3-compatible storage, over HTTP to a server on the loopback."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import boto3
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from crisisdesk.core import clock
from crisisdesk.core.files import storage
from crisisdesk.core.files.receiving import Received, append, receive
from crisisdesk.core.files.uploads import finish_upload, start_upload
from crisisdesk.core.tasks import sweep_files
from crisisdesk.environment import Environment
from crisisdesk.settings import bucket_storage
from tests.cases import build
from tests.conftest import World
from tests.core.files import samples

pytestmark = [
    pytest.mark.servers,
    # The client sends dates in a way its own library has given up; botocore's affair.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server that is not Amazon's."""
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        yield f"{host}:{port}"
    finally:
        running.stop()


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    """The desk keeps its files in a bucket named by one setting."""
    given = {"FILES_URL": f"s3+http://key:s%2Fcret@{server}/evidence?region=eu-central-1"}
    options = Environment(given).s3("FILES_URL", "", default="")
    assert options is not None
    client = boto3.resource(
        "s3",
        endpoint_url=options["endpoint_url"],
        aws_access_key_id=options["access_key"],
        aws_secret_access_key=options["secret_key"],
        region_name=options["region_name"],
    )
    made = client.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.STORAGES = {**settings.STORAGES, "files": bucket_storage(options)}
    yield made
    made.objects.all().delete()
    made.delete()


def keys(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def test_evidence_goes_there_and_comes_back_through_the_desk(world: World, bucket: Any) -> None:
    content = samples.photo()
    evidence = build.evidence(build.led(world), world.principal("scribe"), file=build.received("č. 1.jpg", content))
    assert keys(bucket) == sorted(evidence.file.keys)
    answer: Any = world.client("legal").get(reverse("cases:evidence_file", args=[evidence.uuid]))
    assert b"".join(answer.streaming_content) == content
    assert "s3" not in str(answer.headers).lower()
    preview: Any = world.client("legal").get(reverse("cases:evidence_preview", args=[evidence.uuid]))
    assert samples.GPS.encode() not in b"".join(preview.streaming_content)


def test_parts_are_put_together_there(world: World, bucket: Any, django_capture_on_commit_callbacks: Any) -> None:
    content, actor = samples.picture("PNG", (300, 200)), world.principal("legal")
    upload = start_upload(world.organisation, actor, name="a.png", size=len(content))
    for at in range(0, len(content), 300):
        part = content[at : at + 300]
        upload = append(upload, actor, offset=at, stream=BytesIO(part), length=len(part))
    assert len(keys(bucket)) == len(upload.parts) > 2
    with django_capture_on_commit_callbacks(execute=True):
        upload = finish_upload(upload, actor)
    received = Received.of(upload)
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(storage.chunks_of(received.key)) == content
    assert keys(bucket) == sorted(upload.keys)


def test_orphans_are_swept_there(db: None, bucket: Any) -> None:
    receive(samples.sent("a.png", samples.picture()))
    assert sweep_files() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=True):
        assert sweep_files() == 2
    assert keys(bucket) == []


def test_verifying_reads_what_is_there(world: World, bucket: Any) -> None:
    first, second = (build.evidence(build.led(world), world.principal("scribe")) for _each in range(2))
    bucket.Object(first.file.key).delete()
    bucket.put_object(Key=second.file.key, Body=b"altered")
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("files", "verify", stdout=told)
    assert [line.partition(":")[0] for line in told.getvalue().splitlines()] == ["missing", "altered"]

"""The brand's own newsroom: built in, and exactly once because the post and its delivery are one row each."""

from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from comms.sending.channels.base import Capabilities, Channel, ChannelError, Receipt
from comms.sending.models import AccountKind, Delivery, NewsroomPost, Outcome
from crisisdesk.core import clock
from crisisdesk.core.models.due import TakenOver


class NewsroomChannel(Channel):
    """Puts the approved text on the public page, the feeds follow from the same row."""

    kind: ClassVar[str] = AccountKind.NEWSROOM
    # Withdrawing writes the notice itself, in the transaction of the verb: there is nothing to delete later.
    capabilities: ClassVar[Capabilities] = Capabilities(sends=True, exactly_once=True, finds=True)

    def publish(self, delivery: Delivery) -> Receipt:
        """Write the post while holding the delivery: a withdrawal that came first leaves nothing to write."""
        with transaction.atomic():
            if not delivery.held(delivery.fence).select_for_update(no_key=True).exists():
                raise TakenOver
            statement = delivery.version.statement
            before = NewsroomPost.objects.filter(statement=statement.supersedes_id, language=delivery.language)
            post = NewsroomPost.objects.create(
                delivery=delivery,
                brand=delivery.account.brand,
                statement=statement,
                language=delivery.language,
                headline=delivery.headline,
                text=delivery.text,
                payload_hash=delivery.payload_hash,
                published_at=clock.now(),
                next_update_at=delivery.version.next_update_at,
                corrects=before.order_by("pk").last(),
            )
        return _receipt(post)

    def find(self, delivery: Delivery) -> Receipt:
        """The post is here or it is not."""
        post = NewsroomPost.objects.filter(delivery=delivery).select_related("brand").first()
        if post is None:
            raise ChannelError(Outcome.ABSENT)
        return _receipt(post)


def _receipt(post: NewsroomPost) -> Receipt:
    return Receipt(str(post.uuid), settings.BASE_URL + reverse("newsroom:post", args=[post.brand.slug, post.uuid]))

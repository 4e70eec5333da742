"""What a newsroom shows: two queries for the page, one for a feed, however many posts there are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch
from django.urls import reverse

from comms.sending.models import Account, AccountKind, NewsroomPost
from crisisdesk.core import clock
from crisisdesk.core.errors import Missing
from crisisdesk.core.languages import language_name
from crisisdesk.core.models import Brand

# Older posts keep their own pages.
MOST_POSTS = 30


@dataclass
class Newsroom:
    """A brand's newsroom in one language. `public` names its address; `chrome` is the language of our own words."""

    brand: Brand
    language: str
    posts: list[NewsroomPost] = field(default_factory=list)

    @property
    def chrome(self) -> str:
        return self.language if self.language in dict(settings.LANGUAGES) else "en"

    @property
    def takes_subscribers(self) -> bool:
        return bool(getattr(self.brand, "takes_subscribers", False))

    @property
    def next_update_at(self) -> datetime | None:
        """When more follows: what the newest text that stands has promised, as long as it lies ahead."""
        promised = next((post.next_update_at for post in self.posts if post.withdrawn_at is None), None)
        return promised if promised and promised > clock.now() else None

    @property
    def changed_at(self) -> datetime:
        return max((post.changed_at for post in self.posts), default=self.brand.created_at)

    def address(self, name: str = "brand", language: str = "") -> str:
        """The path of the page or a feed; the brand's own language needs no mention."""
        spoken = language or self.language
        kwargs = {"slug": self.brand.slug}
        if spoken != self.brand.default_language:
            kwargs["language"] = spoken
        return reverse(f"newsroom:{name}", kwargs=kwargs)

    @property
    def atom(self) -> str:
        """The path of the Atom feed in this language."""
        return self.address("atom")

    @property
    def json(self) -> str:
        """The path of the JSON feed in this language."""
        return self.address("json")

    @property
    def site(self) -> str:
        """The desk's own address, to which a path is added."""
        return str(settings.BASE_URL)

    def languages(self) -> Iterator[tuple[str, str, str]]:
        """The pages in every language: code, name in that language, path; the brand's own first."""
        own = self.brand.default_language
        for code in dict.fromkeys([own, *dict(settings.LANGUAGES), self.language]):
            yield code, language_name(code), self.address(language=code)


def find_brand(slug: str) -> Brand:
    """The brand whose newsroom is switched on, or `Missing`; it knows whether mails can be subscribed to."""
    lists = Account.objects.filter(brand=OuterRef("pk"), kind=AccountKind.EMAIL, active=True)
    brand: Brand | None = (
        Brand.objects.filter(slug=slug, active=True, accounts__kind=AccountKind.NEWSROOM, accounts__active=True)
        .annotate(takes_subscribers=Exists(lists))
        .first()
    )
    if brand is None:
        raise Missing
    return brand


def open_newsroom(slug: str, language: str | None) -> Newsroom:
    """The newsroom with its newest posts and what corrects what."""
    brand = find_brand(slug)
    room = Newsroom(brand, language or brand.default_language)
    posts = NewsroomPost.objects.public(brand, room.language).select_related("corrects")
    room.posts = list(posts.prefetch_related(_CORRECTIONS)[:MOST_POSTS])
    return room


def open_post(slug: str, uuid: str) -> tuple[Newsroom, NewsroomPost, list[NewsroomPost]]:
    """One post, and the same statement in the other languages."""
    brand = find_brand(slug)
    posts = NewsroomPost.objects.filter(brand=brand)
    post: NewsroomPost | None = (
        posts.filter(uuid=uuid).select_related("corrects").prefetch_related(_CORRECTIONS).first()
    )
    if post is None:
        raise Missing
    others = posts.filter(statement=post.statement_id).exclude(pk=post.pk).order_by("language", "-pk")
    return Newsroom(brand, post.language, [post]), post, list(others)


_CORRECTIONS = Prefetch("corrections", NewsroomPost.objects.order_by("-published_at"), to_attr="corrected_by")

"""Subscribing by mail, with the double question, and leaving with one click."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comms.sending.actions.subscribers import confirm_subscription, subscribe, unsubscribe
from comms.sending.models import Account, AccountKind, Subscriber, SubscriberState
from comms.sending.newsroom.answers import missing
from comms.sending.newsroom.reading import Newsroom, find_brand
from comms.sending.subscriptions import confirming, leaving
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.errors import DomainError, Missing
from crisisdesk.core.web.input_forms import form_for, refuse_in

# Whoever uses these forms is nobody we know: the link or the address is all there is, so the desk acts for them.
VISITOR = Principal("system", via="link")

# No cookie is set on public pages, so there is no token to compare. The forms use no right of the visitor: whoever
# makes somebody else submit one gains nothing that they could not send themselves.


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe_here(request: HttpRequest, slug: str) -> HttpResponse:
    """The form as a page of its own, and its answer: look into your mailbox."""
    try:
        brand = find_brand(slug)
        account = Account.objects.filter(brand=brand, kind=AccountKind.EMAIL, active=True).first()
        if account is None:
            raise Missing
    except Missing:
        return missing(request)
    given = request.POST if request.method == "POST" else None
    form = form_for(subscribe)(given, principal=VISITOR, target=account, initial={"language": brand.default_language})
    room = Newsroom(brand, request.POST.get("language") or brand.default_language)
    asked = False
    with override(room.chrome):
        if given is not None and form.is_valid():
            try:
                subscribe(account, VISITOR, **form.cleaned_data)
                asked = True
            except DomainError as error:
                refuse_in(form, error)
        return _page(request, room, "newsroom/subscribe.html", form=form, done=asked)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_here(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The page behind the link in the mail: its button confirms."""
    return _answer(request, slug, _subscriber(confirming(token)), "confirm")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave_here(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Unsubscribes on POST, also on the one-click POST of mail programs (RFC 8058)."""
    return _answer(request, slug, _subscriber(leaving(token)), "leave")


def _subscriber(uuid: UUID | None) -> Subscriber | None:
    return Subscriber.objects.filter(uuid=uuid).select_related("account").first() if uuid else None


def _answer(request: HttpRequest, slug: str, subscriber: Subscriber | None, wanted: str) -> HttpResponse:
    try:
        brand = find_brand(slug)
    except Missing:
        return missing(request)
    if subscriber is None or subscriber.account.brand_id != brand.pk:
        return missing(request)
    verb, done_state = {
        "confirm": (confirm_subscription, SubscriberState.CONFIRMED),
        "leave": (unsubscribe, SubscriberState.LEFT),
    }[wanted]
    room = Newsroom(brand, subscriber.language)
    with override(room.chrome):
        problem = ""
        if request.method == "POST" and subscriber.state != done_state:
            try:
                subscriber = verb(subscriber, VISITOR)
            except DomainError as error:
                problem = str(error)
        done = subscriber.state == done_state
        return _page(request, room, f"newsroom/{wanted}.html", done=done, problem=problem, address=subscriber.address)


def _page(request: HttpRequest, room: Newsroom, template: str, **context: object) -> HttpResponse:
    response = render(request, template, {"room": room, "language": room.chrome, **context})
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = room.chrome
    return response

"""What walks ask of the installation they walk on; runs beside the desk, by `RunningDesk.inside`."""

import uuid
from importlib import import_module
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.models import Case, Signal
from cases.monitoring.actions import create_report_address
from cases.monitoring.models import Mention, Source
from comms.models import ApprovalRequest, ReleaseReview, StatementTemplate
from comms.sending.models import Delivery, NewsroomPost, Subscriber
from comms.sending.subscriptions import confirm_token, leave_token
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.actions.people import create_person
from crisisdesk.core.errors import Denied, NotNow, Stale, Unmet
from crisisdesk.core.models import Organisation, User
from crisisdesk.core.web import request_errors as wrong
from crisisdesk.core.web.error_pages import page
from crisisdesk.desk.demo.people import DOMAIN, PASSWORD, user_of


def rows() -> dict[str, str]:
    """The demo's rows by name. The report address is a new one, for nobody knows the old. A name that ends with a
    language stands for its beginning in that language."""
    case = Case.objects.get(state="active", protocol_version__isnull=False, title__contains="L2207")
    brand = case.brand
    first, update = case.statements.get(purpose="first"), case.statements.get(purpose="update")
    by_hand = Delivery.objects.filter(version__statement=first, by_hand=True)
    general = StatementTemplate.objects.get(brand=brand, code="general")
    waiting = StatementTemplate.objects.filter(versions__state="in_approval").earliest("pk")
    posts = NewsroomPost.objects.filter(brand=brand)
    readers = Subscriber.objects.filter(account__brand=brand)
    manager = Principal.for_user(user_of("manager"), authenticated_at=clock.now())
    observer = user_of("observer")
    account("newcomer", "Nová Kolegyně")
    found: dict[str, Any] = {
        "case": case.reference,
        "closed": Case.objects.get(state="closed").reference,
        "attached": case.signals.earliest("pk").uuid,
        "signal": Signal.objects.filter(brand=brand, state="new").earliest("detected_at").uuid,
        "clock": case.clocks.running().get(code="report").uuid,
        "task": case.tasks.filter(state="todo").earliest("pk").uuid,
        "fact": case.facts.filter(state="open").earliest("pk").uuid,
        "evidence": case.evidence.earliest("pk").uuid,
        "offer": case.roles.filter(role="scribe").latest("created_at").uuid,
        "held": case.roles.filter(state="accepted", role="care").latest("pk").uuid,
        "released": first.uuid,
        "waiting": update.uuid,
        "request": ApprovalRequest.objects.get(version__statement=update, state="open").uuid,
        "decided": ApprovalRequest.objects.filter(state="satisfied", version__statement__case__state="closed")
        .latest("pk")
        .uuid,
        "review": ReleaseReview.objects.filter(release__version__statement=first).earliest("pk").uuid,
        "by_hand": by_hand.filter(state="pending").earliest("pk").uuid,
        "posted": by_hand.filter(state="sent").earliest("pk").uuid,
        "template": general.uuid,
        "template_version": general.versions.get(language="cs").uuid,
        "template_waiting": waiting.versions.filter(state="in_approval").earliest("pk").uuid,
        "mention": Mention.objects.filter(source__brand=brand).latest("created_at").uuid,
        "source": Source.objects.get(brand=brand, kind="push").uuid,
        "brand": brand.pk,
        **{f"post_{post.language}": post.uuid for post in posts.order_by("-created_at")},
        **{f"confirm_{reader.language}": confirm_token(reader) for reader in readers},
        **{f"leave_{reader.language}": leave_token(reader) for reader in readers},
        "reset": f"{user_pk_to_url_str(observer)}-{default_token_generator.make_token(observer)}",
        "recovery_codes": " ".join(recovery_codes(account("keeper", "Opatrný Kolega"))),
        "secret": create_report_address(brand, manager, name=str(uuid.uuid4())).secret,
    }
    return {name: str(value) for name, value in found.items()}


def account(code: str, name: str) -> User:
    """An account without any role, made once."""
    email = f"{code}@{DOMAIN}"
    known = User.objects.filter(email=email).first()
    return known or create_person(Organisation.objects.get(), SYSTEM, email=email, name=name, password=PASSWORD)


def recovery_codes(user: User) -> list[str]:
    """The codes left to somebody with a second factor, which is set up first where there is none."""
    authenticators = user.authenticator_set  # type: ignore[attr-defined]
    if not authenticators.exists():
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return list(RecoveryCodes(authenticators.get(type="recovery_codes")).get_unused_codes())


def failures() -> dict[str, dict[str, tuple[int, str]]]:
    """By language and code: the status and the page of refusals and failures that no address brings about at will."""
    errors = (
        wrong.BadRequest(), Denied(), wrong.FormExpired(), wrong.WrongMethod(), Stale(), wrong.TooLarge(),
        NotNow([Unmet("template", _("Choose a template"))]), wrong.TooMany(), wrong.Broken(), wrong.Away(),
    )  # fmt: skip
    found = {}
    for language in ("cs", "en"):
        with override(language):
            found[language] = {
                error.code: (error.status, page(None, error.status, error.message, error=error).content.decode())
                for error in errors
            }
    return found


def age_session(key: str) -> None:
    """Move the proof of who somebody is two hours back, in the session of that key."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    proofs = session["account_authentication_methods"]
    session["account_authentication_methods"] = [proof | {"at": proof["at"] - 7200} for proof in proofs]
    session.save()

"""Signals: the list, the page where one is decided about, and reporting one."""

from typing import Any, ClassVar

from django import forms as django_forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import course
from cases.actions import (
    attach_signal,
    dismiss_signal,
    open_case,
    report_signal,
    take_and_lead,
    take_over_signal,
)
from cases.extensions import signal_panels
from cases.forms import ReportForm
from cases.models import Case, Severity, Signal, SignalState
from cases.models.assessments import ALL_NO
from cases.views.base import KeysetPage, VerbPage, no_content, possible
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.files.receiving import receive
from crisisdesk.core.files.types import FileKind
from crisisdesk.core.models import Brand, DeskModel, Event
from crisisdesk.core.web.input_forms import form_for
from crisisdesk.core.web.views import DeskView, NewView


class SignalListView(DeskView):
    """Signals that wait, or the ones that were decided about; the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of the list."""
        rows = Signal.objects.visible_to(self.principal).select_related("brand", "kind", "taken_by", "case")
        chosen = {name: request.GET.get(name, "") for name in ("state", "severity", "brand")}
        if chosen["state"] in SignalState.values:
            rows = rows.filter(state=chosen["state"])
        elif chosen["state"] != "all":
            rows = rows.waiting()
        if chosen["severity"] in {str(level) for level in Severity.values}:
            rows = rows.filter(severity=chosen["severity"])
        brands = Brand.objects.visible_to(self.principal)
        if chosen["brand"] in {brand.slug for brand in brands}:
            rows = rows.filter(brand__slug=chosen["brand"])
        page = KeysetPage.of(rows.prefetch_related("clocks"), request)
        for signal in page.rows:
            signal.may_take_over = take_over_signal.offered(self.principal, signal)
            signal.open_clock = next((clock for clock in signal.clocks.all() if clock.is_running), None)
        return render(
            request,
            "cases/signal_list.html",
            {
                "page": page,
                "chosen": chosen,
                "states": SignalState.choices,
                "severities": Severity.choices,
                "brands": brands,
                "may_report": brands_to_report_on(self.principal).exists(),
            },
        )


class SignalView(DeskView):
    """One signal: what it is, and what to do about it."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        """The assessment page."""
        signal = signal_or_404(self.principal, uuid)
        return render(request, "cases/signal.html", signal_context(signal, self.principal))


class SignalLiveView(DeskView):
    """The state of a signal while it is being looked at."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        """The fragment, or 204 while it stands as it was."""
        signal = signal_or_404(self.principal, uuid)
        if request.GET.get("state") == digest(signal):
            return no_content()
        return render(request, "cases/_signal.html", signal_context(signal, self.principal))


def digest(signal: Signal) -> str:
    """What a page remembers of a signal to know whether it has changed."""
    return f"{signal.state}-{signal.taken_by_id or 0}-{signal.case_id or 0}"


def signal_or_404(principal: Principal, uuid: Any) -> Signal:
    """The visible signal with what its page needs, or `Missing`."""
    rows = Signal.objects.select_related("brand", "kind__policy", "taken_by", "case", "reporter")
    signal: Signal = rows.visible_row(principal, uuid=uuid)
    return signal


def signal_context(signal: Signal, principal: Principal) -> dict[str, Any]:
    """What the page of a signal shows."""
    clocks = list(signal.clocks.filter(cancelled_at=None)) or list(
        signal.case.clocks.filter(code__in=("ack", "sev", "lead"), cancelled_at=None) if signal.case else ()
    )
    events = Event.objects.filter(object_type="cases.signal", object_id=signal.uuid).select_related("entry")
    waiting = signal.state in (SignalState.NEW, SignalState.TAKEN_OVER)
    return {
        "signal": signal,
        "live_url": f"{reverse('cases:signal_live', args=[signal.uuid])}?state={digest(signal)}",
        "clocks": clocks,
        "files": list(signal.files.select_related("file__removal")),
        "may_remove_files": principal.has(Capability.LEAD, signal.brand),
        "lines": course.told(events.order_by("-id")[:20]),
        "panels": [render_to_string(template, dict(found)) for template, found in signal_panels(signal, principal)],
        "all_no": ALL_NO,
        "waiting": waiting,
        "may_take_over": possible(take_over_signal, principal, signal),
        "may_lead": possible(take_and_lead, principal, signal),
        "may_open": possible(open_case, principal, signal),
        "may_dismiss": possible(dismiss_signal, principal, signal),
        "may_attach": possible(attach_signal, principal, signal),
        "lead_form": form_for(take_and_lead)(principal=principal, target=signal, auto_id="lead_%s"),
        "dismiss_form": form_for(dismiss_signal)(principal=principal, target=signal, auto_id="dismiss_%s"),
        "attach_form": form_for(attach_signal)(principal=principal, target=signal, auto_id="attach_%s"),
    }


class SignalVerb(VerbPage):
    """A verb on a signal."""

    model: ClassVar[type[DeskModel]] = Signal
    template_name = "cases/verb.html"

    def case_of(self) -> None:
        """A signal is shown without the head of a case."""

    def get_success_url(self, result: Any) -> str:
        """To the case there is now, else back to the page."""
        if isinstance(result, Case):
            return result.page_url
        return self.page_before()


class AttachPage(SignalVerb):
    """Adding a signal to an open case."""

    verb = attach_signal

    def get_success_url(self, result: Signal) -> str:
        """To the case."""
        return result.case.page_url if result.case else self.page_before()


class LeadPage(SignalVerb):
    """Taking over and leading, with the three questions on one page."""

    verb = take_and_lead
    template_name = "cases/lead.html"

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """With the signal the questions are about."""
        return {**super().get_context(form), "signal": self.object, "all_no": ALL_NO}


class OpenPage(LeadPage):
    """Opening a case that somebody else will lead."""

    verb = open_case


def brands_to_report_on(principal: Principal) -> QuerySet[Brand]:
    """The brands a person may raise signals on."""
    held = sorted(principal.brands_with(Capability.CONTRIBUTE))
    return Brand.objects.visible_to(principal).filter(pk__in=held, active=True)


class ReportPage(NewView):
    """A new signal on one of one's brands."""

    verb = report_signal
    form_class = ReportForm
    template_name = "cases/report.html"

    def parents(self) -> QuerySet[Brand]:
        """The brands a person may raise signals on."""
        return brands_to_report_on(self.principal)

    def get_values(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The picture is checked and stored now, before the verb writes its row."""
        values = super().get_values(form)
        if picture := values.pop("screenshot", None):
            values["screenshot"] = receive(picture, only=FileKind.IMAGE, field="screenshot")
        return values

    def get_success_url(self, result: Signal) -> str:
        """To the new signal."""
        return reverse("cases:signal", args=[result.uuid])


TAKEN = _("You are looking after this signal now")

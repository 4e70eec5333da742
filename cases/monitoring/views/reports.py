"""Reporting a signal without an account: the public page behind a secret address, and the addresses."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from cases.forms import screenshot_field
from cases.monitoring.actions import (
    create_report_address,
    report_by_address,
    reports,
    revoke_report_address,
    rotate_report_address,
)
from cases.monitoring.actions.reports import Issued
from cases.monitoring.models import ReportAddress
from cases.monitoring.models.reports import digest_of
from cases.monitoring.views.sources import managed_brands
from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.errors import Denied, DomainError, Missing
from crisisdesk.core.files.receiving import kept_or_gone, receive
from crisisdesk.core.files.types import FileKind
from crisisdesk.core.web.input_forms import form_for, refuse_in
from crisisdesk.core.web.views import DeskView, NewView, SeeOther, VerbView

# Whoever came by a secret address; nothing else is known of them.
REPORTER = Principal("anonymous", via="link")


class ReportForm(form_for(report_by_address)):  # type: ignore[misc]
    """The fields of a report. `website` is invisible to people: what fills it in is a program."""

    screenshot = screenshot_field()
    website = forms.CharField(label=_("Leave empty"), required=False, max_length=200)

    field_order = ("where", "what", "screenshot", "who", "website")


@method_decorator(never_cache, name="dispatch")
class ReportView(View):
    """Three fields for anybody who knows the address. GET shows, POST reports."""

    def address(self, secret: str) -> ReportAddress:
        """The address, if it is one and not revoked."""
        found = ReportAddress.objects.visible_to(REPORTER).select_related("brand").filter(digest=digest_of(secret))
        address = found.first()
        if address is None:
            raise Missing
        return address

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """The empty form."""
        return self._show(self.address(secret), ReportForm(principal=REPORTER))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Report. A program that fills in the invisible field is thanked and forgotten."""
        address = self.address(secret)
        form = ReportForm(request.POST, request.FILES, principal=REPORTER)
        if not form.is_valid():
            return self._show(address, form, status=422)
        values = dict(form.cleaned_data)
        if not values.pop("website"):
            try:
                if picture := values.pop("screenshot"):
                    reports.refuse_many_pictures(address, clock.now())
                    values["screenshot"] = receive(picture, only=FileKind.IMAGE, field="screenshot")
                with kept_or_gone(values):
                    report_by_address(address, REPORTER, **values)
            except Missing:
                raise
            except DomainError as error:
                refuse_in(form, error)
                return self._show(address, form, status=error.status)
        return SeeOther(reverse("monitoring:reported", kwargs={"secret": secret}))

    def _show(self, address: ReportAddress, form: ReportForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "brand": address.brand}
        return _unlisted(render(self.request, "monitoring/report.html", context, status=status))


class ReportedView(ReportView):
    """Thanks, and what happens next."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """The page."""
        context = {"brand": self.address(secret).brand, "secret": secret}
        return _unlisted(render(request, "monitoring/reported.html", context))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        """There is nothing to send here."""
        return SeeOther(reverse("monitoring:report", kwargs={"secret": secret}))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the address out of search engines. Followed links do not carry it: the policy of all pages is `same-origin`
    (under a stricter one browsers send no origin with the form, and it would be refused)."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


class ReportAddressesView(DeskView):
    """The secret addresses of the brands a person sets up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        brands = managed_brands(self)
        if not brands:
            raise Denied
        addresses = ReportAddress.objects.visible_to(self.principal).filter(brand__in=brands)
        context = {
            "addresses": addresses.select_related("brand").order_by("revoked_at", "brand__name", "name"),
            "form": form_for(create_report_address)(principal=self.principal, parents=("brand", brands)),
        }
        return render(request, "monitoring/report_addresses.html", context)


class IssuingView(VerbView):
    """A verb that gives out a secret: it is on the page that answers, and nowhere afterwards."""

    issued: Issued | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Carry it out and show the address, once; never kept by the browser."""
        response = super().post(request, *args, **kwargs)
        if self.issued is None:
            return response
        path = reverse("monitoring:report", kwargs={"secret": self.issued.secret})
        context = {"address": self.issued.address, "url": request.build_absolute_uri(path)}
        shown = _unlisted(render(request, "monitoring/report_address_issued.html", context))
        shown["Cache-Control"] = "no-store"
        return shown

    def get_success_url(self, result: Issued) -> str:
        """Remember what was given out for the answer."""
        self.issued = result
        return reverse("monitoring:report_addresses")


class NewReportAddressView(IssuingView, NewView):
    """A new report address."""

    verb = create_report_address
    template_name = "monitoring/report_address_new.html"

    def parents(self) -> Any:
        """The brands to choose from."""
        return managed_brands(self)


class RotateReportAddressView(IssuingView):
    """Replace the secret of an address."""

    verb = rotate_report_address
    model = ReportAddress


class RevokeReportAddressView(VerbView):
    """Revoke an address."""

    verb = revoke_report_address
    model = ReportAddress
    success_message = _("Nobody can report at this address any more")

"""Sources: their health, adding one, changing, pausing and looking out of turn."""

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.monitoring.actions import create_source, edit_source, pause_source, poll_now, resume_source
from cases.monitoring.actions.polling import Look, find_feed
from cases.monitoring.models import Mention, Source, SourceKind
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.errors import Denied
from crisisdesk.core.models import Brand
from crisisdesk.core.web.input_forms import form_for
from crisisdesk.core.web.views import DeskView, NewView, VerbView, visible_or_404

NEWEST = 20
# Items of a feed that are shown when it is tried.
SHOWN = 5


def managed_brands(view: DeskView) -> Any:
    """The brands that the person sets up."""
    held = view.principal.brands_with(Capability.MANAGE)
    return Brand.objects.visible_to(view.principal).filter(pk__in=sorted(held), active=True).order_by("name")


class SourcesView(DeskView):
    """All sources with their health; what needs somebody comes first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or 204 to a page that is current."""
        rows = list(Source.objects.visible_to(self.principal).with_health().order_by("brand__name", "name"))
        rows.sort(key=lambda source: not (source.active and (source.health.failing or source.health.silent_since)))
        digest = _digest(rows)
        if request.GET.get("digest") == digest:
            return HttpResponse(status=204)
        template = "monitoring/_sources.html" if request.htmx else "monitoring/sources.html"  # type: ignore[attr-defined]
        manages = managed_brands(self).exists()
        return render(request, template, {"sources": rows, "digest": digest, "manages": manages})


def _without_feed(form: forms.Form) -> None:
    del form.fields["url"], form.fields["poll_minutes"]
    form.fields["name"].help_text = ""


class SourceView(DeskView):
    """One source: how it fares, what it brought last, how it is set up."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """The page, or 204 to a page that is current."""
        source = visible_or_404(Source, self.principal, uuid=uuid)
        newest = Mention.objects.filter(source=source).with_signals(self.principal).newest().defer("search")
        mentions = list(newest[:NEWEST])
        digest = _digest([source], [mention.pk for mention in mentions])
        if request.GET.get("digest") == digest:
            return HttpResponse(status=204)
        context = {
            "source": source,
            "mentions": mentions,
            "digest": digest,
            "manages": edit_source.offered(self.principal, source),
            "may_look": poll_now.can(self.principal, source),
            "pause_form": form_for(pause_source)(principal=self.principal, target=source),
        }
        template = "monitoring/_source.html" if request.htmx else "monitoring/source.html"  # type: ignore[attr-defined]
        return render(request, template, context)


def _digest(sources: list[Source], *more: Any) -> str:
    """Changes when the health of a source or anything else given does."""
    shown = [
        (source.pk, source.active, source.name, source.health.problem, source.health.failures,
         source.health.last_attempt_at, source.health.last_item_at, source.health.silent_since)
        for source in sources
    ]  # fmt: skip
    return hashlib.sha256(repr((shown, more)).encode()).hexdigest()[:16]


class NewSourceView(NewView):
    """Add a source. A feed is looked at first; what it brought, or what is wrong with it, is on the answer."""

    verb = create_source
    template_name = "monitoring/source_new.html"
    look: Look | None = None

    @property
    def kind(self) -> str:
        """Feed, unless the other form was asked for."""
        asked = self.request.POST.get("kind") or self.request.GET.get("kind")
        return SourceKind.PUSH if asked == SourceKind.PUSH else SourceKind.FEED

    def parents(self) -> Any:
        """The brands the person sets up."""
        return managed_brands(self)

    def get_form(self, data: Any = None, files: Any = None) -> forms.Form | None:
        """The form of the kind: without a feed to take its title from, a source needs a name."""
        form = super().get_form(data, files)
        if form is not None and self.kind != SourceKind.FEED:
            _without_feed(form)
            form.fields["name"].required = True
        return form

    def get_values(self, form: forms.Form | None) -> dict[str, Any]:
        """The values with what came of looking at the feed."""
        values = super().get_values(form) | {"kind": self.kind}
        if self.kind == SourceKind.FEED:
            values["url"], self.look = find_feed(values["url"], zone=self.object.time_zone)
            values |= {"look": self.look, "anyway": "anyway" in self.request.POST}
        return values

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add the source, or only try it."""
        if "try" not in request.POST:
            return super().post(request, *args, **kwargs)
        self.object = self.get_object()
        form = self.get_form(request.POST)
        if form is not None and form.is_valid():
            self.get_values(form)
        return self.show(form)

    def get_context(self, form: forms.Form | None) -> dict[str, Any]:
        """The form, and what looking brought."""
        shown = self.look.feed.items[:SHOWN] if self.look else ()
        return super().get_context(form) | {"kind": self.kind, "look": self.look, "items": shown}

    def get_success_url(self, result: Source) -> str:
        """The new source."""
        return reverse("monitoring:source", kwargs={"uuid": result.uuid})


class OfSource(VerbView):
    """A verb on one source."""

    model = Source

    def get_success_url(self, result: Source) -> str:
        """Its page."""
        return reverse("monitoring:source", kwargs={"uuid": result.uuid})


class EditSourceView(OfSource):
    """Change a source."""

    verb = edit_source
    template_name = "monitoring/source_edit.html"
    success_message = _("Saved")

    def get_form(self, data: Any = None, files: Any = None) -> forms.Form | None:
        """The source as it stands; only feeds have an address and are looked at."""
        form = super().get_form(data, files)
        if form is not None and self.object.kind != SourceKind.FEED:
            _without_feed(form)
        return form

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form, for whoever may change the source."""
        if not edit_source.offered(self.principal, self.get_object()):
            raise Denied
        return super().get(request, *args, **kwargs)


class PauseSourceView(OfSource):
    """Pause a source."""

    verb = pause_source
    success_message = _("The source is paused")


class ResumeSourceView(OfSource):
    """Resume a source."""

    verb = resume_source
    success_message = _("The source is read again")


class PollNowView(OfSource):
    """Look at a feed out of turn."""

    verb = poll_now
    success_message = _("Looking now. What comes appears here by itself.")

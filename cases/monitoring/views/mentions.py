"""The stream of mentions: filters, search, and signals out of what was selected."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Signal
from cases.monitoring.actions import attach_mentions, raise_signal_from_mentions
from cases.monitoring.forms import StreamForm
from cases.monitoring.models import Mention, SignalEvidence, Source
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.errors import Missing
from crisisdesk.core.models import Brand
from crisisdesk.core.web.views import DeskView, SeeOther, VerbView, visible_or_404

PAGE = 40
# Waiting signals offered to add mentions to.
MOST_OFFERED = 30
# Mentions shown on the page of a signal; the stream has the rest.
MOST_SHOWN = 100


class Stream:
    """One page of the stream as one person sees it."""

    def __init__(self, view: DeskView) -> None:
        self.principal = view.principal
        query = view.request.GET
        self.brands = Brand.objects.visible_to(self.principal).order_by("name")
        self.sources = Source.objects.visible_to(self.principal).order_by("name")
        self.form = StreamForm(query, brands=self.brands, sources=self.sources)
        self.before = _place(query.get("before", ""))
        found = self.form.applied_to(Mention.objects.visible_to(self.principal)).with_signals(self.principal)
        if self.before:
            found = found.before(*self.before)
        rows = list(found.defer("search").newest()[: PAGE + 1])
        self.mentions, self.more = rows[:PAGE], len(rows) > PAGE

    @property
    def may_raise(self) -> bool:
        """Whether the person contributes to any brand; the verb judges the single case."""
        return bool(self.principal.brands_with(Capability.CONTRIBUTE))

    @property
    def filters(self) -> str:
        """The filters that are set, as they stand in the address."""
        names = [name for name in self.form.fields if name in self.form.chosen]
        return urlencode({name: self.form.data[name] for name in names})

    @property
    def older_url(self) -> str:
        """The next page, behind the last row of this one; empty on the last."""
        return f"?{self.filters}&before={_as_text(self.mentions[-1])}" if self.more else ""

    @property
    def digest(self) -> str:
        """Changes when anything on the page does."""
        shown = [
            (row.pk, row.changed_at, [(each.signal_id, each.signal.state) for each in row.seen_evidence])
            for row in self.mentions
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    @property
    def rows_url(self) -> str:
        """Where the page asks whether anything has changed."""
        return f"{reverse('monitoring:mention_rows')}?{self.filters}&digest={self.digest}"

    @property
    def waiting_signals(self) -> Any:
        """Signals that the selected mentions can be added to."""
        return Signal.objects.visible_to(self.principal).waiting().order_by("-created_at")[:MOST_OFFERED]


def _as_text(mention: Mention) -> str:
    return f"{mention.published_at.timestamp():.6f}_{mention.pk}"


def _place(text: str) -> tuple[datetime, int] | None:
    """The place in the stream that a page begins behind; None for the beginning and for what makes no sense."""
    instant, _underscore, pk = text.partition("_")
    try:
        return datetime.fromtimestamp(float(instant), UTC), min(int(pk), 2**63 - 1)
    except (ValueError, OverflowError, OSError):
        return None


class MentionsView(DeskView):
    """What is being said about the brands, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page with its filters."""
        return render(request, "monitoring/mentions.html", {"stream": Stream(self)})


class MentionRowsView(DeskView):
    """The rows alone, for the page that renews itself."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """204 while the page is current."""
        stream = Stream(self)
        if request.GET.get("digest") == stream.digest:
            return HttpResponse(status=204)
        return render(request, "monitoring/_stream.html", {"stream": stream})


class MentionView(DeskView):
    """One mention in full, with the signals that rest on it."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """The page."""
        mention = visible_or_404(Mention, self.principal, uuid=uuid)
        evidence = mention.evidence.visible_to(self.principal).select_related("signal", "added_by").order_by("pk")
        signals = Signal.objects.visible_to(self.principal).waiting().filter(brand=mention.brand_id)
        resting = {each.signal_id for each in evidence}
        offered = signals.exclude(pk__in=resting).order_by("-created_at")[:MOST_OFFERED]
        context = {
            "mention": mention,
            "evidence": evidence,
            "signals": offered,
            "may_raise": raise_signal_from_mentions.offered(self.principal, mention.brand),
        }
        return render(request, "monitoring/mention.html", context)


def evidence_context(signal: Signal, principal: Principal) -> dict[str, Any]:
    """What a signal rests on, for the card on its page."""
    evidence = list(SignalEvidence.objects.visible_to(principal).of(signal)[:MOST_SHOWN])
    return {"signal": signal, "evidence": evidence, "digest": str(len(evidence))}


class EvidenceView(DeskView):
    """The card of a signal's evidence, for the page that renews itself."""

    def get(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """204 while nothing has been added."""
        context = evidence_context(visible_or_404(Signal, self.principal, uuid=uuid), self.principal)
        if request.GET.get("digest") == str(context["digest"]):
            return HttpResponse(status=204)
        return render(request, "monitoring/_evidence.html", context)


class ChosenMentions(VerbView):
    """A verb on the mentions that were ticked, or on the one whose own button was pressed."""

    http_method_names = ("post", "options")

    @property
    def chosen(self) -> list[Mention]:
        """The mentions, all of them visible; otherwise there is nothing here."""
        given = self.request.POST.getlist("only") or self.request.POST.getlist("mentions")
        try:
            wanted = {UUID(text) for text in given}
        except ValueError as malformed:
            raise Missing from malformed
        found = Mention.objects.visible_to(self.principal).filter(uuid__in=wanted).select_related("source", "brand")
        mentions = list(found.defer("search"))
        if len(mentions) != len(wanted):
            raise Missing
        return mentions

    def get_values(self, form: Any) -> dict[str, Any]:
        """The mentions; none is for the verb to refuse."""
        return {"mentions": self.chosen}

    def get_success_url(self, result: Signal) -> str:
        """The signal."""
        return reverse("cases:signal", kwargs={"uuid": result.uuid})


class RaiseView(ChosenMentions):
    """Raise one signal from the selected mentions."""

    verb = raise_signal_from_mentions
    success_message = _("The signal is on the desk")

    def get_object(self) -> Brand:
        """The brand of the mentions."""
        chosen = self.chosen
        brand = chosen[0].brand if chosen else Brand.objects.visible_to(self.principal).order_by("pk").first()
        if brand is None:
            raise Missing
        return brand


class AttachView(ChosenMentions):
    """Add the selected mentions to a signal that waits."""

    verb = attach_mentions
    success_message = _("The mentions were added to the signal")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add them; without a signal there is nothing to add them to."""
        if not request.POST.get("signal"):
            messages.error(request, _("Choose the signal to add the mentions to"))
            return SeeOther(self.page_before())
        return super().post(request, *args, **kwargs)

    def get_object(self) -> Signal:
        """The signal chosen in the list."""
        signal: Signal = visible_or_404(Signal, self.principal, uuid=self.request.POST["signal"])
        return signal

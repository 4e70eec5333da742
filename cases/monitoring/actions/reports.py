"""Verbs of reporting: secret addresses, and the reports that come in through them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.actions.entries import needed
from cases.actions.evidence import keep_with
from cases.actions.inputs import kind_of_crisis
from cases.actions.signals import brand_is_active, raise_signal
from cases.models import CrisisKind, Signal, SignalOrigin, SignalState
from cases.monitoring import feeds
from cases.monitoring.actions.polling import note_arrival
from cases.monitoring.actions.raising import Why, add_evidence, links_of, newest_waiting
from cases.monitoring.actions.storing import NewMention, store
from cases.monitoring.models import (
    EvidenceReason,
    Mention,
    ReportAddress,
    SignalEvidence,
    Source,
    SourceKind,
    SourceState,
)
from cases.monitoring.models.reports import new_secret
from cases.monitoring.plaintext import clean, one_line
from cases.monitoring.text.folding import folded
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inner, Inputs, Text
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.files.receiving import Received
from crisisdesk.core.models import Brand
from crisisdesk.core.web.request_errors import TooMany

# Within this time one address raises at most so many signals; further reports join the newest of them, and beyond
# the second number they are refused. A flood neither buries the desk nor fills the disk.
WINDOW = timedelta(minutes=10)
MOST_SIGNALS = 10
MOST_REPORTS = 200
MAX_WORDS_CHARS = 5000
MAX_WHO_CHARS = 200

REPORTED = Why(EvidenceReason.REPORT)


@dataclass(frozen=True)
class Issued:
    """A report address with its secret, which is not to be had again."""

    address: ReportAddress
    secret: str


class ReportAddressInputs(Inputs):
    """A new report address."""

    name = Text(_("Who gets it"), longest=120, help=_("For example: shops, care line, everybody by the intranet"))
    kind = kind_of_crisis(required=False, nullable=True)


@action(
    "monitoring.create_report_address",
    needs=Capability.MANAGE,
    title=_("Add a report address"),
    creates=True,
    inputs=ReportAddressInputs,
)
def create_report_address(brand: Brand, act: Act, *, name: str, kind: CrisisKind | None = None) -> Issued:
    """Make a secret address at which people report without an account. The secret is shown this once."""
    address = ReportAddress(brand=brand, name=name, kind=kind)
    secret = new_secret()
    address.set_secret(secret)
    act.save(address)
    act.record("report_address.created", on=address, brand=brand.slug)
    return Issued(address, secret)


create_report_address.guard(brand_is_active)


@action("monitoring.rotate_report_address", needs=Capability.MANAGE, title=_("Replace the secret"))
def rotate_report_address(address: ReportAddress, act: Act) -> Issued:
    """Replace the secret. The old address is dead at once; the new one is shown this once."""
    secret = new_secret()
    address.set_secret(secret)
    address.rotated_at, address.revoked_at = act.now, None
    act.save(address)
    act.record("report_address.rotated", on=address)
    return Issued(address, secret)


def _already_revoked(address: ReportAddress, act: Act) -> ReportAddress | None:
    return address if address.revoked_at else None


@action("monitoring.revoke_report_address", needs=Capability.MANAGE, title=_("Revoke"), repeat=_already_revoked)
def revoke_report_address(address: ReportAddress, act: Act) -> ReportAddress:
    """Let nobody report at this address any more."""
    address.revoked_at = act.now
    act.save(address)
    act.record("report_address.revoked", on=address)
    return address


@revoke_report_address.guard
def not_revoked(address: ReportAddress, act: Act) -> Unmet | None:
    """A revoked address offers no button; revoking it once more changes nothing."""
    return Unmet("revoked", _("This address is revoked already")) if address.revoked_at else None


@dataclass(frozen=True)
class Report:
    """What somebody wrote into the three fields."""

    what: str
    link: str
    pasted: str
    who: str

    @classmethod
    def of_fields(cls, what: str, where: str, who: str) -> "Report":
        """The fields cleaned; `where` is a link or the text of the post itself."""
        link = feeds.web_address(where)
        return cls(
            what=needed(clean(what, MAX_WORDS_CHARS), "what", _("Say in a sentence what is going on")),
            link=link,
            pasted="" if link else clean(where, MAX_WORDS_CHARS),
            who=one_line(who, MAX_WHO_CHARS),
        )

    @property
    def mention(self) -> NewMention:
        """The report as a mention; the same words about the same thing are the same mention."""
        words = "\n".join((folded(self.what), feeds.canonical(self.link), folded(self.pasted)))
        return NewMention(
            external_id="report:" + hashlib.sha256(words.encode()).hexdigest(),
            title=one_line(self.what, 120),
            text="\n\n".join(filter(None, (self.what, self.pasted))),
            url=self.link,
        )


def _reported_before(
    address: ReportAddress,
    act: Act,
    *,
    what: str = "",
    where: str = "",
    who: str = "",
    screenshot: Received | None = None,
) -> Signal | None:
    """The signal of a report that came in word for word before, unless it was put aside since."""
    mention = Report.of_fields(what, where, who).mention
    resting = SignalEvidence.objects.filter(
        mention__source__brand=address.brand_id,
        mention__source__kind=SourceKind.REPORT,
        mention__external_id=mention.external_id,
    )
    latest = resting.exclude(signal__state=SignalState.DISMISSED).select_related("signal").order_by("-pk").first()
    return latest.signal if latest else None


class AnonymousReportInputs(Inputs):
    """What somebody without an account reports."""

    where = Text(
        _("Link or text"),
        longest=MAX_WORDS_CHARS,
        rows=2,
        required=False,
        help=_("Paste the address of the post, or its text."),
        attributes={"placeholder": "https://"},
    )
    what = Text(
        _("What is going on"),
        longest=MAX_WORDS_CHARS,
        rows=4,
        help=_("A sentence is enough."),
        missing=_("Say in a sentence what is going on"),
    )
    who = Text(
        _("Who you are and how to reach you"),
        longest=MAX_WHO_CHARS,
        required=False,
        attributes={"autocomplete": "name"},
    )
    screenshot = Inner(of=Received, required=False)


@action(
    "monitoring.report_by_address",
    needs=None,
    title=_("Report a signal"),
    creates=True,
    repeat=_reported_before,
    inputs=AnonymousReportInputs,
)
def report_by_address(
    address: ReportAddress,
    act: Act,
    *,
    what: str,
    where: str = "",
    who: str = "",
    screenshot: Received | None = None,
) -> Signal:
    """Report something through a secret address: `what` is going on, `where` (a link or the text), and `who` reports.

    Reports of one link gather on one signal; so do reports beyond ten in ten minutes, which take no `screenshot`.
    """
    report = Report.of_fields(what, where, who)
    recent = recent_reports(address, act.now)
    if screenshot is not None:
        refuse_many_pictures(address, act.now)
    if len(recent) >= MOST_REPORTS:
        raise TooMany(_("Very many reports are coming in here. Call the communications duty officer instead."))
    source = _report_source(address.brand, act)
    signal = _signal_of_link(source, report.link)
    if signal is None and len(recent) >= MOST_SIGNALS:
        signal = _newest_reported(source)
    mentions = _keep(source, report)
    entry = None
    if signal is None:
        signal = raise_signal(
            act,
            address.brand,
            title=mentions[0].headline,
            text=mentions[0].text,
            links=links_of(mentions),
            kind=address.kind,
            origin=SignalOrigin.REPORT,
            reporter=report.who,
        )
    elif report.who:
        entry = act.entry("name", on=signal, text=report.who)
    add_evidence(act, signal, mentions, REPORTED)
    if screenshot is not None:
        keep_with(act, signal, screenshot)
    ReportAddress.objects.filter(pk=address.pk).update(recent=[*recent, act.now])
    act.record("report.received", on=signal, entry=entry, address=str(address.uuid))
    return signal


def recent_reports(address: ReportAddress, now: datetime) -> list[datetime]:
    """When reports came in within the last minutes."""
    return [moment for moment in address.recent if moment > now - WINDOW]


def refuse_many_pictures(address: ReportAddress, now: datetime) -> None:
    """Take pictures only with as many reports as raise signals of their own; asked before any byte is stored too."""
    if len(recent_reports(address, now)) >= MOST_SIGNALS:
        said = _("Very many reports are coming in here; send this one without the picture")
        raise Invalid({"screenshot": said})


def _keep(source: Source, report: Report) -> list[Mention]:
    """The report as a stored mention; the one that is there if the same was reported before."""
    stored = store(source, [report.mention])
    state = SourceState.objects.select_for_update(no_key=True).get(source=source)
    note_arrival(state, stored)
    return stored or list(Mention.objects.filter(source=source, external_id=report.mention.external_id))


def _signal_of_link(source: Source, link: str) -> Signal | None:
    """The newest waiting signal of the brand that rests on a mention of this link."""
    resting = SignalEvidence.objects.waiting().filter(signal__brand=source.brand_id, mention__url=link)
    return newest_waiting(resting) if link else None


def _newest_reported(source: Source) -> Signal | None:
    """The newest waiting signal that rests on a report."""
    return newest_waiting(SignalEvidence.objects.waiting().filter(mention__source=source))


def _report_source(brand: Brand, act: Act) -> Source:
    """The source that all reports of a brand belong to; made with the first of them."""
    known = Source.objects.filter(brand=brand, kind=SourceKind.REPORT).first()
    if known:
        return known
    with override(brand.default_language):
        name = str(_("Reports from people"))
    source = act.save(Source(brand=brand, kind=SourceKind.REPORT, name=name, default_language=brand.default_language))
    act.save(SourceState(source=source, due_at=act.now, done_at=act.now))
    act.record("source.created", on=source, brand=brand.slug, kind=str(source.kind))
    return source

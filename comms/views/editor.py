"""The page of a statement: its languages side by side, written, sent for approval, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.head import case_head
from cases.models import Fact, FactState
from cases.views.base import case_or_404
from comms import hashing
from comms.actions.statements import add_language, change_statement, edit_statement, revise_statement
from comms.actions.submitting import submit_statement, take_back_statement
from comms.actions.versions import out_of_date, unfit_sentence
from comms.forms import CitationsForm, WordingForm
from comms.hints import counts, hints
from comms.models import Draft, FactCitation, Statement, StatementVersion
from comms.sending.actions.publishing import publish_statement, schedule_statement, unschedule_statement
from comms.sending.actions.withdrawal import withdraw_statement
from comms.views.approval import compared_with, stages_for
from crisisdesk.core import clock
from crisisdesk.core.errors import DomainError, Invalid, Stale
from crisisdesk.core.languages import language_word
from crisisdesk.core.web.input_forms import form_for, refuse_in
from crisisdesk.core.web.views import DeskView, SeeOther, visible_or_404


@dataclass
class Column:
    """One language of the page: the newest version with its form, or its text where it no longer changes."""

    language: str
    version: StatementVersion | None
    form: WordingForm | None = None
    restored: Draft | None = None
    stale: bool = False
    saved_meanwhile: str | None = None
    refusals: list[str] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)


class StatementView(DeskView):
    """GET shows the statement, POST saves what was typed; the button `submit` names a language to send for approval."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the statement before anything else."""
        if not self.principal.is_anonymous:
            self.statement: Statement = visible_or_404(Statement, self.principal, uuid=kwargs["uuid"])
            self.statement.case = case_or_404(self.principal, self.statement.case.reference)
            self.accounts = list(self.statement.accounts.all())
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """The page; what this person typed and did not save is there again."""
        columns = self.columns()
        for column in columns:
            if column.version is not None and column.form is not None:
                column.restored = column.version.drafts.filter(user=self.principal.user).first()
                if column.restored is not None:
                    initial = {**column.form.initial, **_restored(column.restored)}
                    column.form = self.form_of(column.version, initial=initial)
        return self.page(columns, self.citations())

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Save each language that was changed, then send the chosen one for approval. What is refused stays typed."""
        columns = self.columns(request.POST)
        citations = self.citations(request.POST)
        checked = [form.is_valid() for form in (citations, *(column.form for column in columns)) if form is not None]
        if not all(checked):
            return self.page(columns, citations, status=422)
        shown = "facts_shown" in request.POST
        cited: dict[str, Any] = {"facts": list(citations.cleaned_data["facts"]), "stances": citations.said()}
        done = [self.save(column, columns, cited if shown else {}) for column in columns]
        if all(done) and self.submit(columns, request.POST.get("submit", "")):
            return SeeOther(reverse("comms:statement", args=[self.statement.uuid]))
        for column in columns:
            column.version = self.statement.newest(column.language)
        return self.page(columns, citations, status=409)

    def save(self, column: Column, columns: Sequence[Column], cited: dict[str, Any]) -> bool:
        """Save one language; a language nobody touched is left alone, whoever saved it meanwhile."""
        form, version = column.form, column.version
        if form is None or version is None:
            return True
        typed, base = form.typed_hash(), form.cleaned_data["base_hash"]
        touched = typed != base
        source = self._source_seen(columns, form) if touched or form.cleaned_data["checked"] else ""
        values = form.values() if touched else {}
        try:
            saved = edit_statement(
                version, self.principal, base_hash=base if touched else "", source_hash=source, **cited, **values
            )
        except Stale as stale:
            current = self.statement.newest(column.language)
            column.saved_meanwhile = current.master.text if current is not None else ""
            column.refusals.append(str(stale))
            newest = current.draft_hash() if current is not None else ""
            form.data = {**form.data.dict(), form.add_prefix("base_hash"): newest}  # type: ignore[attr-defined]
            return False
        except Invalid as invalid:
            refuse_in(form, invalid)
            return False
        except DomainError as error:
            column.refusals.append(str(error))
            return False
        Draft.objects.filter(version=version, user=self.principal.user).delete()
        column.version = saved
        if touched:
            messages.success(self.request, _("Saved ({language})").format(language=language_word(column.language)))
        return True

    def _source_seen(self, columns: Sequence[Column], form: WordingForm) -> str:
        """The text of the primary language that stood beside a translation: the one just saved, or the one shown."""
        first = columns[0]
        if first.form is None or first.form is form or first.version is None:
            return str(form.cleaned_data["source_hash"]) if form is not first.form else ""
        changed = first.form.typed_hash() != first.form.cleaned_data["base_hash"]
        return first.version.master.hash() if changed else str(form.cleaned_data["source_hash"])

    def submit(self, columns: Sequence[Column], language: str) -> bool:
        """Send one language for approval, if the button said so."""
        column = next((column for column in columns if column.language == language), None)
        if column is None or column.version is None:
            return True
        try:
            submit_statement(column.version, self.principal)
        except DomainError as error:
            column.refusals.append(str(error))
            return False
        messages.success(self.request, _("Sent for approval ({language})").format(language=language_word(language)))
        return True

    def columns(self, data: Any = None) -> list[Column]:
        """Every language of the case with its newest version, and a form where it may be edited."""
        newest = {row.language: row for row in self.statement.versions.newest().with_status().prefetch_related("texts")}
        found = []
        for language in self.statement.languages():
            version = newest.get(language)
            column = Column(language, version)
            if version is not None:
                version.statement = self.statement
                column.stale = version.is_draft and bool(version.master.text) and out_of_date(version)
                if edit_statement.can(self.principal, version):
                    column.form = self.form_of(version, data)
            found.append(column)
        return found

    def form_of(
        self, version: StatementVersion, data: Any = None, initial: dict[str, Any] | None = None
    ) -> WordingForm:
        """The form of one language."""
        initial = initial or WordingForm.initial_of(version, self.source_hash())
        return WordingForm(data, version=version, accounts=self.accounts, initial=initial)

    def source_hash(self) -> str:
        """The hash of the text in the primary language as it is saved."""
        primary = self.statement.newest(self.statement.case.primary_language)
        return primary.master.hash() if primary is not None else ""

    def citations(self, data: Any = None) -> CitationsForm:
        """The facts of the case, those the drafts cite ticked."""
        facts = (
            Fact.objects.visible_to(self.principal).filter(case=self.statement.case).exclude(state=FactState.OBSOLETE)
        )
        newest = FactCitation.objects.filter(version__in=self.statement.versions.newest())
        # The language that goes first last: where languages differ, what it says is shown.
        rows = sorted(newest.select_related("version"), key=lambda row: self.statement.is_primary(row.version.language))
        stances = {f"stance_{row.fact_id}": row.stance for row in rows}
        return CitationsForm(data, facts=facts, initial={"facts": [row.fact_id for row in rows], **stances})

    def page(self, columns: list[Column], citations: CitationsForm, *, status: int = 200) -> HttpResponse:
        """Render everything."""
        for column in columns:
            if column.version is not None:
                column.version.statement = self.statement
                column.context = self.about(column.version)
        context = {
            **case_head(self.statement.case, self.principal, "statements"),
            "statement": self.statement,
            "columns": columns,
            "citations": citations,
            "facts": citations.rows(),
            "accounts": self.accounts,
            "quoted": self.statement.quoted_people.order_by("name_sort"),
            "may_write": any(column.form is not None for column in columns),
            "may_change": change_statement.can(self.principal, self.statement),
            "may_add": add_language.can(self.principal, self.statement),
            "may_withdraw": withdraw_statement.can(self.principal, self.statement),
            "settings_form": form_for(change_statement)(
                principal=self.principal, target=self.statement, auto_id="settings_%s"
            ),
            "by_hand_waiting": self.statement.versions.filter(
                deliveries__by_hand=True, deliveries__state="pending"
            ).exists(),
            "review": self.owed_review(),
        }
        return render(self.request, "comms/statement.html", context, status=status)

    def about(self, version: StatementVersion) -> dict[str, Any]:
        """What a column shows around its text."""
        compared, label = compared_with(version)
        request = getattr(version, "request", None)
        principal = self.principal
        accounts = [
            account for account in self.accounts if version.language in (account.languages or [version.language])
        ]
        return {
            "compared": compared,
            "compared_label": label,
            "request": request,
            "stages": stages_for(request, principal) if request is not None else [],
            "hints": hints(version, accounts) if version.is_draft else [],
            "counts": counts(version, accounts),
            "citations": version.citations.select_related("fact__verified_by"),
            "older": version.statement.versions.filter(language=version.language, number__lt=version.number),
            "last_words": last_words(version),
            "may_submit": submit_statement.offered(principal, version),
            "may_take_back": take_back_statement.can(principal, version),
            "may_revise": revise_statement.can(principal, version),
            "may_publish": publish_statement.can(principal, version),
            "may_schedule": schedule_statement.can(principal, version),
            "may_unschedule": unschedule_statement.can(principal, version),
            "hash_form": form_for(publish_statement)(principal=principal, target=version, auto_id=False),
            "schedule_form": form_for(schedule_statement)(
                principal=principal, target=version, auto_id=f"at_{version.pk}_%s"
            ),
        }

    def owed_review(self) -> Any:
        """The signed text of this statement nobody has read again, if there is one."""
        release = next((row.release for row in self.statement.versions.all() if hasattr(row, "release")), None)
        review = getattr(release, "review", None)
        return review if review is not None and review.reviewed_at is None else None


def last_words(version: StatementVersion) -> Any:
    """The decision that sent the text back or refused it, with its comment."""
    before = version.parent if version.is_draft else version
    request = getattr(before, "request", None) if before is not None else None
    if request is None:
        return None
    return request.approvals.exclude(verdict="approve").select_related("user", "entry").last()


def _restored(draft: Draft) -> dict[str, Any]:
    return {name: value for name, value in draft.content.items() if name != "checked"}


class AutosaveView(DeskView):
    """Keeps what somebody types, for that person alone; no event, and nobody else sees it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """204 when kept; a sentence with 422 when the text could never be saved."""
        statement = visible_or_404(Statement, self.principal, uuid=uuid)
        for version in statement.versions.newest().filter(state="draft").prefetch_related("texts"):
            if not edit_statement.offered(self.principal, version):
                continue
            prefix = f"{version.language}-"
            content = {
                name.removeprefix(prefix): request.POST[name]
                for name in request.POST
                if name.startswith(prefix) and not name.endswith("_hash")
            }
            try:
                for text in content.values():
                    hashing.check(text)
            except hashing.UnfitText as unfit:
                return HttpResponse(str(unfit_sentence(unfit)), status=422, content_type="text/plain")
            Draft.objects.update_or_create(
                version=version, user=self.principal.user, defaults={"content": content, "saved_at": clock.now()}
            )
        return HttpResponse(status=204)

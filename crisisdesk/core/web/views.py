"""What pages share: finding a visible object, and one verb as a page, a button or a form."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View

from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import Action
from crisisdesk.core.errors import DomainError, Invalid, Missing, NotFresh
from crisisdesk.core.files.receiving import kept_or_gone
from crisisdesk.core.models import DeskModel

# What somebody typed before being asked to sign in again waits in the session under this prefix and the page's path.
_WAITING = "waiting:"


def visible_or_404(model: type[DeskModel], principal: Principal, **lookup: Any) -> Any:
    """The visible row, or `Missing`, which every face renders as 404."""
    return model.objects.visible_row(principal, **lookup)


def home_url() -> str:
    """The page people come to after signing in, and from where nothing else leads back."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


class SeeOther(HttpResponseRedirect):
    """After a verb: fetch the next page with GET (303)."""

    status_code = 303


class DeskView(AccessMixin, View):
    """A page for signed-in people; `self.principal` is who looks at it."""

    @property
    def principal(self) -> Principal:
        """The principal the middleware made of the request."""
        principal: Principal = self.request.principal  # type: ignore[attr-defined]
        return principal

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send strangers to the sign-in page and bring them back afterwards."""
        if self.principal.is_anonymous:
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class VerbView(DeskView):
    """One verb on one object: GET shows its form, POST carries it out and leads on.

    Without a template the verb is a button on another page: refusals become messages there. Whatever goes wrong, what
    was typed stays in the form; if the sign-in is too old, it waits in the session until the person is back.
    """

    verb: ClassVar[Action[Any, Any, Any]]
    model: ClassVar[type[DeskModel]]
    form_class: ClassVar[type[forms.Form] | None] = None
    template_name: ClassVar[str] = ""
    slug: ClassVar[str] = "uuid"
    success_message: ClassVar[Any] = ""

    def get_object(self) -> Any:
        """The visible object named by the address."""
        return visible_or_404(self.model, self.principal, **{self.slug: self.kwargs[self.slug]})

    def get_form(self, data: Any = None, files: Any = None) -> forms.Form | None:
        """The verb's form, filled from `data`, from what waited in the session, or with `get_initial`."""
        if self.form_class is None:
            return None
        return self.form_class(data, files, initial=self.get_initial(), **self.get_form_options())

    def get_form_options(self) -> dict[str, Any]:
        """Further arguments of the form, for example choices that depend on the object."""
        return {}

    def get_initial(self) -> dict[str, Any]:
        """What the form starts with."""
        return self._waiting()

    def get_values(self, form: forms.Form | None) -> dict[str, Any]:
        """The named values of the verb; the form's cleaned data as they are."""
        return dict(form.cleaned_data) if form is not None else {}

    def get_context(self, form: forms.Form | None) -> dict[str, Any]:
        """What the template gets."""
        return {"object": self.object, "form": form, "verb": self.verb}

    def get_success_message(self, result: Any) -> Any:
        """What the person reads on the next page; nothing where it is empty."""
        return self.success_message

    def get_success_url(self, result: Any) -> str:
        """Where the person goes next: the page that offered the verb, unless a subclass knows better."""
        return self.page_before()

    def page_before(self) -> str:
        """The page the button stood on, as far as it is one of ours."""
        before = self.request.POST.get("next") or self.request.headers.get("Referer", "")
        if url_has_allowed_host_and_scheme(before, {self.request.get_host()}, require_https=self.request.is_secure()):
            return str(before)
        return self.page_above()

    def page_above(self) -> str:
        """Where somebody belongs who came from nowhere, say from a bookmark."""
        return home_url()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form; a verb that is only a button leads back to its page."""
        self.object = self.get_object()
        if not self.template_name:
            return SeeOther(self.page_before())
        return self.show(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Carry the verb out."""
        self.object = self.get_object()
        form = self.get_form(request.POST, request.FILES)
        if form is not None and not form.is_valid():
            return self.refused(form, Invalid({}), status=422)
        try:
            values = self.get_values(form)
            with kept_or_gone(values):
                result = self.verb(self.object, self.principal, **values)
        except NotFresh:
            return self.ask_who(request)
        except Missing:
            raise
        except DomainError as error:
            return self.refused(form, error, status=error.status)
        if said := self.get_success_message(result):
            messages.success(request, said)
        return SeeOther(self.get_success_url(result))

    def show(self, form: forms.Form | None, *, status: int = 200) -> HttpResponse:
        """Render the verb's own page."""
        return render(self.request, self.template_name, self.get_context(form), status=status)

    def refused(self, form: forms.Form | None, error: DomainError, *, status: int) -> HttpResponse:
        """Say what stands in the way, beside the field or above the form, with everything typed still there."""
        if isinstance(error, Invalid) and form is not None:
            for name, said in error.errors.items():
                form.add_error(name if name in form.fields else None, [str(sentence) for sentence in said])
        elif form is not None:
            form.add_error(None, str(error))
        if self.template_name:
            if form is None:
                messages.error(self.request, str(error))
            return self.show(form, status=status)
        said_all = form.non_field_errors() if form is not None else [str(error)]
        for sentence in [*said_all, *self._field_errors(form)]:
            messages.error(self.request, sentence)
        return SeeOther(self.page_before())

    @staticmethod
    def _field_errors(form: forms.Form | None) -> list[str]:
        if form is None:
            return []
        fields = ((form[name].label, said) for name, said in form.errors.items() if name in form.fields)
        return [f"{label}: {' '.join(map(str, said))}" for label, said in fields]

    def ask_who(self, request: HttpRequest) -> HttpResponse:
        """Ask the person to confirm who they are; what they typed waits for them."""
        page = self.page_before()
        if self.template_name:
            page = request.path
            request.session[f"{_WAITING}{request.path}"] = request.POST.urlencode()
        return SeeOther(f"{reverse('account_reauthenticate')}?{urlencode({'next': page})}")

    def _waiting(self) -> dict[str, Any]:
        if self.request.method != "GET":
            return {}
        waited = self.request.session.pop(f"{_WAITING}{self.request.path}", None)
        return QueryDict(waited).dict() if waited else {}

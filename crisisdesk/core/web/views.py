"""What pages share: finding a visible object, and one verb as a page, a button or a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View

from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import Action, registered
from crisisdesk.core.errors import Denied, DomainError, Invalid, Missing, NotFresh
from crisisdesk.core.files.receiving import kept_or_gone
from crisisdesk.core.models import DeskModel
from crisisdesk.core.web.input_forms import DeskForm, asks, form_for, refuse_in

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

    The form is made of what the verb asks for; `form_class` is for pages that are more than that, and `has_form` False
    for verbs whose values the page knows by itself.

    Without a template the verb is a button on another page: refusals become messages there. Whatever goes wrong, what
    was typed stays in the form; if the sign-in is too old, it waits in the session until the person is back.
    """

    verb: ClassVar[Action[Any, Any, Any]]
    model: ClassVar[type[DeskModel]]
    form_class: ClassVar[type[forms.Form] | None] = None
    has_form: ClassVar[bool] = True
    template_name: ClassVar[str] = ""
    slug: ClassVar[str] = "uuid"
    success_message: ClassVar[Any] = ""

    def get_object(self) -> Any:
        """The visible object named by the address."""
        return visible_or_404(self.model, self.principal, **{self.slug: self.kwargs[self.slug]})

    def get_form(self, data: Any = None, files: Any = None) -> forms.Form | None:
        """The verb's form, filled from `data`, from what waited in the session, or with `get_initial`."""
        made = self.form_class or (form_for(self.verb) if self.has_form and asks(self.verb) else None)
        if made is None:
            return None
        options = {"initial": self.get_initial(), **self.get_form_options()}
        if issubclass(made, DeskForm):
            options = {"principal": self.principal, "target": self.object, **options}
        return made(data, files, **options)

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
        """The page to go to where the request names none before it, for example after a bookmark."""
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
        if form is not None:
            refuse_in(form, error)
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


class NewView(VerbView):
    """A verb that makes something: what it is to belong to is chosen in the form, under the name `above`."""

    above: ClassVar[str] = "brand"

    def parents(self) -> QuerySet[Any]:
        """What it can belong to."""
        raise NotImplementedError

    def get_object(self) -> Any:
        """The one chosen, else the first. Whoever may choose none is refused; what is not offered is not there."""
        offered = list(self.parents())
        if not offered:
            raise Denied
        chosen = self.request.POST.get(self.above)
        found = next((row for row in offered if str(row.uuid) == chosen), None) if chosen else offered[0]
        if found is None:
            raise Missing
        return found

    def get_form_options(self) -> dict[str, Any]:
        """With what can be chosen."""
        return {**super().get_form_options(), "parents": (self.above, self.parents())}

    def get_values(self, form: forms.Form | None) -> dict[str, Any]:
        """What is made belongs to the object of the verb; that is not one of its values."""
        values = super().get_values(form)
        values.pop(self.above, None)
        return values


@dataclass(frozen=True)
class MadePage:
    """A page that follows from the registry: its action, the name of its address, and by what that names the row."""

    action: Action[Any, Any, Any]
    name: str
    slug: str

    @property
    def asks(self) -> bool:
        """Whether the action asks for anything; else a button is enough."""
        return asks(self.action)

    def url_of(self, row: Any) -> str:
        """The address of the page for a row."""
        return reverse(self.name, args=[getattr(row, self.slug)])


# By model; the tag `more_actions` draws their buttons.
MADE_PAGES: dict[type[Any], list[MadePage]] = {}


def pages_of_the_rest(
    app: str, patterns: Sequence[URLPattern], pages: Mapping[type[Any], tuple[str, type[VerbView], dict[str, Any]]]
) -> list[URLPattern]:
    """Pages of the app's actions that none of `patterns` carries out, on the models of `pages`.

    `pages` says for each model the address of a row, the class of the page, and further attributes. An action is then
    at `…/assign-task/`, its address is called `assign_task`.
    """
    paged = {getattr(getattr(pattern.callback, "view_class", None), "verb", None) for pattern in patterns}
    made = []
    for each in registered():
        if each.target not in pages or each in paged or each.by_system or not each.name.startswith(f"{app}."):
            continue
        address, view, attributes = pages[each.target]
        body = {"verb": each, "model": each.target, "__doc__": each.__doc__, **attributes}
        page: type[VerbView] = type(f"{each.__name__.title().replace('_', '')}Page", (view,), body)
        made.append(path(f"{address}/{each.__name__.replace('_', '-')}/", page.as_view(), name=each.__name__))
        MADE_PAGES.setdefault(each.target, []).append(MadePage(each, f"{app}:{each.__name__}", view.slug))
    return made

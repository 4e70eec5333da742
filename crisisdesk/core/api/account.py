"""The API of the kernel: oneself, the organisation, brands, people, their roles, and tokens."""

from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import memberships, people, tokens
from crisisdesk.core.api.auth import http_request, principal_of
from crisisdesk.core.api.idempotency import etag_of, in_one_transaction, require_version
from crisisdesk.core.api.input_serializers import of_shape
from crisisdesk.core.api.notifications import DeadNoticeViewSet, NotificationViewSet
from crisisdesk.core.api.paging import refuse_unknown
from crisisdesk.core.api.schema import IF_MATCH
from crisisdesk.core.api.viewsets import (
    Answers,
    DeskViewSet,
    Filter,
    Input,
    Output,
    Router,
    verb,
)
from crisisdesk.core.errors import Denied, Invalid
from crisisdesk.core.models import ApiToken, Brand, Membership, Organisation, User, UserKind
from crisisdesk.core.models.tokens import FRESH_FOR

# Columns of an account that change by signing in.
UNVERSIONED = ("password", "last_login")

# --- oneself --------------------------------------------------------------------------------------------------------


class RoleOut(serializers.Serializer[Any]):
    """A role one holds on a brand."""

    brand = serializers.UUIDField(source="brand.uuid")
    role = serializers.ChoiceField(Role.choices)
    is_deputy = serializers.BooleanField()
    valid_until = serializers.DateTimeField(allow_null=True, help_text="When it ends; null without an end.")


class MeOut(serializers.Serializer[Any]):
    """Who the client is and what it may do."""

    uuid = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(UserKind.choices)
    language = serializers.CharField()
    roles = RoleOut(many=True)
    via = serializers.ChoiceField([("session", "session"), ("token", "token")])
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Of the token; a session has all.")
    fresh_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then verbs that ask for a confirmed identity work."
    )


ProfileIn = of_shape(tokens.ProfileInputs)


class MeView(Answers):
    """Oneself."""

    operation_id: ClassVar[str] = "me"

    @extend_schema(operation_id="me_retrieve", responses=MeOut)
    def get(self, request: Request) -> Response:
        """Who the client is: account, roles, the token's scopes, and until when the identity counts as confirmed."""
        refuse_unknown(request, set())
        principal = principal_of(request)
        user = User.objects.get(pk=principal.user.pk)  # type: ignore[union-attr]
        proved = principal.authenticated_at
        token = isinstance(request.auth, ApiToken)
        about = {
            "uuid": user.uuid,
            "email": user.email,
            "name": user.name,
            "kind": user.kind,
            "language": user.language,
            "roles": user.memberships.current(clock.now()).select_related("brand"),
            "via": "token" if token else "session",
            "scopes": sorted(principal.scopes or ()),
            "fresh_until": proved + FRESH_FOR if proved and proved + FRESH_FOR > clock.now() else None,
        }
        return Response(MeOut(about).data, headers={"ETag": etag_of(user, UNVERSIONED)})

    @extend_schema(operation_id="me_change", request=ProfileIn, responses=MeOut, parameters=[IF_MATCH])
    def patch(self, request: Request) -> HttpResponse:
        """Change one's own name, phone, language or appearance."""
        refuse_unknown(request, set())
        given = ProfileIn(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        principal = principal_of(request)

        def change() -> HttpResponse:
            user: Any = principal.user
            require_version(request, user, UNVERSIONED)
            tokens.change_profile(user, principal, **given.validated_data)
            return self.get(request)

        return in_one_transaction(change)


class IdentityIn(Input):
    """One proof of who one is."""

    password = serializers.CharField(max_length=256, required=False, trim_whitespace=False)
    code = serializers.CharField(
        max_length=32, required=False, help_text="Of the authenticator app, or a recovery code."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(values) != 1:
            raise serializers.ValidationError(_("Send either the password or a code"))
        return values


class FreshOut(serializers.Serializer[Any]):
    """How long the proof counts."""

    fresh_until = serializers.DateTimeField()


class ReauthenticateView(Answers):
    """Confirming who one is."""

    operation_id: ClassVar[str] = "reauthenticate"

    @extend_schema(operation_id="reauthenticate", request=IdentityIn, responses=FreshOut)
    def post(self, request: Request) -> Response:
        """Confirm the identity with password or one-time code; for five minutes verbs that decide then work."""
        refuse_unknown(request, set())
        given = IdentityIn(data=request.data)
        given.is_valid(raise_exception=True)
        principal = principal_of(request)
        if principal.kind != "user":
            raise Denied(_("Service accounts never decide, so they cannot confirm an identity"))
        _prove(request, principal, given.validated_data)
        return Response(FreshOut({"fresh_until": clock.now() + FRESH_FOR}).data)


def _prove(request: Request, principal: Principal, given: dict[str, str]) -> None:
    """Check the proof under the limit of tries, then freshen the token or the session."""
    user: Any = principal.user
    by_token = isinstance(request.auth, ApiToken)
    if "code" in given:
        form = (AuthenticateForm if by_token else ReauthenticateForm)(user=user, data={"code": given["code"]})
        if not form.is_valid():
            raise Invalid({"code": form.errors["code"]})
        form.authenticator.record_usage() if by_token else form.save()
    else:
        try:
            right = get_adapter().reauthenticate(user, given["password"])
        except ValidationError as limited:
            raise Invalid({"password": limited.messages}) from limited
        if not right:
            raise Invalid({"password": _("This is not the password")})
        if not by_token:
            reauthenticate_by_password(http_request(request))
    if by_token:
        token: Any = request.auth
        tokens.freshen_token(token, Principal.for_user(user, via="api"))


# --- the organisation and its brands --------------------------------------------------------------------------------


class OrganisationOut(Output):
    """The one organisation of this installation."""

    class Meta:
        model = Organisation
        fields = ("uuid", "name", "about")


class OrganisationViewSet(DeskViewSet):
    """The organisation."""

    model = Organisation
    serializer_class = OrganisationOut
    partial_update = verb(people.change_organisation)


class BrandOut(Output):
    """A brand."""

    actions = True

    class Meta:
        model = Brand
        fields = (
            "uuid", "slug", "name", "default_language", "languages", "time_zone", "website", "phone", "press_contact",
            "about", "active",
        )  # fmt: skip


class BrandViewSet(DeskViewSet):
    """Brands divide the organisation: monitoring, cases, channels and people belong to one."""

    model = Brand
    serializer_class = BrandOut
    filters: ClassVar = {
        "active": Filter("active", serializers.BooleanField()),
        "slug": Filter("slug", serializers.CharField()),
    }
    search = ("name",)
    ordering = "name"
    orderings: ClassVar = {"name": "name", "created_at": "created_at"}

    create = verb(people.create_brand)
    partial_update = verb(people.change_brand)


# --- people ---------------------------------------------------------------------------------------------------------


class PersonOut(serializers.ModelSerializer[User]):
    """A colleague."""

    class Meta:
        model = User
        fields = ("uuid", "name", "email", "position", "phone", "kind", "language", "is_active")
        read_only_fields = fields


class PersonViewSet(DeskViewSet):
    """Accounts of people and programs, as far as the client works with them."""

    model = User
    # The profile has an address of its own, and the sign-in notes its changes itself.
    without = (tokens.change_profile, tokens.note_sign_in_change)
    serializer_class = PersonOut
    filters: ClassVar = {
        "kind": Filter("kind", serializers.ChoiceField(UserKind.choices)),
        "is_active": Filter("is_active", serializers.BooleanField()),
        "email": Filter("email__iexact", serializers.EmailField()),
    }
    search = ("name", "email")
    ordering = "name"
    orderings: ClassVar = {"name": "name_sort", "date_joined": "created_at"}
    unversioned = UNVERSIONED

    create = verb(people.create_person)
    partial_update = verb(people.change_person)
    deactivate = verb(people.deactivate_person)
    remove_second_factors = verb(tokens.remove_second_factors)


class MembershipOut(Output):
    """A role somebody holds on a brand."""

    user = serializers.UUIDField(source="user.uuid")
    brand = serializers.UUIDField(source="brand.uuid")
    actions = True

    class Meta:
        model = Membership
        fields = ("uuid", "user", "brand", "role", "is_deputy", "valid_from", "valid_until")


def _held_now(rows: Any, held: bool) -> Any:
    """Memberships that hold now, or those that do not."""
    now = clock.now()
    return rows.current(now) if held else rows.exclude(pk__in=rows.current(now).order_by().values("pk"))


class MembershipViewSet(DeskViewSet):
    """Who holds which role on which brand, from when until when."""

    model = Membership
    serializer_class = MembershipOut
    filters: ClassVar = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "user": Filter("user__uuid", serializers.UUIDField()),
        "role": Filter("role", serializers.ChoiceField(Role.choices), many=True),
        "open": Filter(_held_now, serializers.BooleanField(help_text="Whether the role is held now.")),
    }

    create = verb(memberships.grant_membership, parent="brand")
    change_dates = verb(memberships.change_membership_dates)
    end = verb(memberships.end_membership)

    def get_queryset(self) -> QuerySet[Any]:
        """With the people and brands they name."""
        return super().get_queryset().select_related("user", "brand")


# --- tokens ---------------------------------------------------------------------------------------------------------


class TokenOut(Output):
    """A token; the key itself is never shown again."""

    user = serializers.UUIDField(source="user.uuid")
    brands: Any = serializers.SlugRelatedField(slug_field="uuid", many=True, read_only=True)
    actions = True

    class Meta:
        model = ApiToken
        fields = (
            "uuid", "name", "hint", "user", "scopes", "brands", "networks", "created_at", "expires_at", "last_used_at",
            "revoked_at",
        )  # fmt: skip


class NewTokenOut(TokenOut):
    """A token just made, with its key."""

    key = serializers.CharField(source="secret", help_text="Shown here and nowhere else.")

    class Meta:
        model = ApiToken
        fields = (*TokenOut.Meta.fields, "key")


class TokenViewSet(DeskViewSet):
    """One's own tokens; administrators see all."""

    model = ApiToken
    without = (tokens.freshen_token,)  # `reauthenticate` does it
    serializer_class = TokenOut
    unversioned = ("last_used_at",)

    create = verb(tokens.create_token, response=NewTokenOut, never_kept=("key",))
    revoke = verb(tokens.revoke_token)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("user").prefetch_related("brands")


def register(router: Router) -> None:
    """The kernel's resources."""
    router.register("organisation", OrganisationViewSet, basename="organisation")
    router.register("brands", BrandViewSet, basename="brand")
    router.register("people", PersonViewSet, basename="person")
    router.register("memberships", MembershipViewSet, basename="membership")
    router.register("tokens", TokenViewSet, basename="token")
    router.register("notifications", NotificationViewSet, basename="notification")
    router.register("undelivered-notifications", DeadNoticeViewSet, basename="undelivered-notification")


urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("reauthenticate", ReauthenticateView.as_view(), name="reauthenticate"),
]

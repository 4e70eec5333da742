"""Who acts: a person, a service account, the system itself, or nobody known."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Expression

from crisisdesk.core import clock
from crisisdesk.core.access.among import Slot
from crisisdesk.core.access.capabilities import NEVER_FOR_SERVICES, OF_SUPERUSERS, Capability

if TYPE_CHECKING:
    from crisisdesk.core.models import User

Via = Literal["web", "api", "admin", "worker", "command", "link"]
Kind = Literal["user", "service", "system", "anonymous"]

# Models whose rows are grants of one user on one object; the names keep the kernel free of the apps above it.
GRANT_MODELS = {"brand": "core.BrandGrant", "case": "cases.CaseGrant"}


# Grants of one capability on cases that are read and listed one by one; more are left in the database and joined, so
# that a request of somebody with thousands of roles costs no more than anybody else's.
MOST_LISTED = 100


class Grants:
    """What one user was granted, read once by one query: for each capability the keys of brands and of cases.

    A grant on a brand counts while the membership that gives it is valid, whether or not a worker has tidied up since.
    `many` names the capabilities granted on more cases than are listed; they are asked for each case, or joined.
    The query is written out: every request and every verb asks it, and putting it together took four times as long as
    the answer.
    """

    def __init__(self, user: "User") -> None:
        self._user = user.pk
        self._on_case: dict[int, frozenset[str]] = {}
        found: dict[str, dict[str, frozenset[int]]] = {scope: {} for scope in GRANT_MODELS}
        many = set()
        with connection.cursor() as cursor:
            cursor.execute(_grants_query(), {"user": user.pk, "now": clock.now(), "most": MOST_LISTED})
            for scope, codename, keys in cursor.fetchall():
                if scope == "case" and len(keys) > MOST_LISTED:
                    many.add(codename)
                else:
                    found[scope][codename] = frozenset(keys)
        self.brands, self.cases, self.many = found["brand"], found["case"], frozenset(many)

    def on_case(self, capability: str, pk: int) -> bool:
        """Whether the capability was granted on the case itself."""
        if capability not in self.many:
            return pk in self.cases.get(capability, ())
        if pk not in self._on_case:
            with connection.cursor() as cursor:
                cursor.execute(_case_query(), {"user": self._user, "case": pk})
                self._on_case[pk] = frozenset(codename for (codename,) in cursor.fetchall())
        return capability in self._on_case[pk]


class GrantedCases(Expression):
    """The keys of the cases a capability was granted on, as an array the database makes when it first needs it."""

    output_field = ArrayField(BigIntegerField())

    def __init__(self, user: int, capability: str) -> None:
        super().__init__()
        self.user, self.capability = user, capability

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """`ARRAY (SELECT …)`."""
        sql = f"ARRAY (SELECT content_object_id FROM {_grants_table('case')} WHERE user_id = %s AND permission_id = "  # noqa: S608 - our own
        return f"{sql} ({_permission_query('case')} AND permission.codename = %s))", (self.user, self.capability)


def _grants_table(scope: str) -> str:
    return str(apps.get_model(GRANT_MODELS[scope])._meta.db_table)


def _permission_query(scope: str, columns: str = "permission.id") -> str:
    granted_on = apps.get_model(GRANT_MODELS[scope])._meta.get_field("content_object").related_model._meta
    return (
        f"SELECT {columns} FROM auth_permission AS permission JOIN django_content_type AS type"  # noqa: S608 - our own
        f" ON type.id = permission.content_type_id AND type.app_label = '{granted_on.app_label}'"
        f" AND type.model = '{granted_on.model_name}'"
    )


@cache
def _grants_query() -> str:
    """Rows of scope, codename of the permission and keys of what was granted; takes the key of the `user` and `now`.

    At most one more than the `most` keys of cases are read for each permission.
    """
    membership = apps.get_model("core.Membership")._meta.db_table
    on_brands = (
        f"SELECT 'brand', permission.codename, array_agg(membership.brand_id) FROM {membership} AS membership"  # noqa: S608 - our own
        f" JOIN {_grants_table('brand')} AS grants ON grants.membership_id = membership.id"
        " JOIN auth_permission AS permission ON permission.id = grants.permission_id"
        " WHERE membership.user_id = %(user)s AND membership.valid_from <= %(now)s"
        " AND (membership.valid_until IS NULL OR membership.valid_until > %(now)s) GROUP BY permission.codename"
    )
    granted = (
        f"SELECT array_agg(pk) AS keys FROM (SELECT content_object_id AS pk FROM {_grants_table('case')}"  # noqa: S608 - our own
        " WHERE user_id = %(user)s AND permission_id = permission.id LIMIT %(most)s + 1) AS found"
    )
    permissions = _permission_query("case", "'case', permission.codename, granted.keys")
    on_cases = f"{permissions} CROSS JOIN LATERAL ({granted}) AS granted WHERE granted.keys IS NOT NULL"
    return f"{on_brands} UNION ALL {on_cases}"


@cache
def _case_query() -> str:
    """Codenames of the permissions that the `user` was granted on one `case`."""
    return (
        f"SELECT permission.codename FROM {_grants_table('case')} AS grants"  # noqa: S608 - our own
        " JOIN auth_permission AS permission ON permission.id = grants.permission_id"
        " WHERE grants.user_id = %(user)s AND grants.content_object_id = %(case)s"
    )


class Principal:
    """The actor of an action and the reader of a query.

    `scopes` is None for a session (everything the person may do) and a set of `read`, `<app>.*` or names of verbs for
    a token. `authenticated_at` is when the person last proved who they are; verbs that decide ask that it is recent.
    `brands_only` narrows a token to some brands. `exercise` names the exercise case whose realm is being looked at.
    """

    def __init__(
        self,
        kind: Kind,
        user: "User | None" = None,
        *,
        via: Via = "web",
        authenticated_at: datetime | None = None,
        scopes: Iterable[str] | None = None,
        brands_only: Iterable[int] | None = None,
        exercise: int | None = None,
    ) -> None:
        self.kind = kind
        self.user = user
        self.via = via
        self.authenticated_at = authenticated_at
        self.scopes = None if scopes is None else frozenset(scopes)
        self.brands_only = None if brands_only is None else frozenset(brands_only)
        self.exercise = exercise

    @classmethod
    def for_user(cls, user: "User", *, via: Via = "web", **options: Any) -> "Principal":
        """The principal of an account; that of a closed account is `ANONYMOUS`."""
        if not user.is_active:
            return ANONYMOUS
        return cls("service" if user.kind == "service" else "user", user, via=via, **options)

    def __repr__(self) -> str:
        return f"<Principal {self.label} via {self.via}>"

    @property
    def label(self) -> str:
        """How the log names the actor: `user:17`, `service:3`, `system`, `anonymous`."""
        return f"{self.kind}:{self.user.pk}" if self.user else self.kind

    @property
    def is_system(self) -> bool:
        """Whether the desk itself acts, for example a clock that ran out."""
        return self.kind == "system"

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in."""
        return self.kind == "anonymous"

    @property
    def is_superuser(self) -> bool:
        """Whether the account keeps the installation running."""
        return self.user is not None and self.user.is_superuser

    def same_as(self, other: "User | int | None") -> bool:
        """Whether this principal is that user (or user's primary key)."""
        pk = other if isinstance(other, int) or other is None else other.pk
        return self.user is not None and self.user.pk == pk

    @cached_property
    def grants(self) -> Grants | None:
        """The grants of the user, read at first use; `forget_grants` reads them anew."""
        return Grants(self.user) if self.user else None

    def forget_grants(self) -> None:
        """Read grants anew at next use, after they changed."""
        self.__dict__.pop("grants", None)
        self.__dict__.pop("_every_brand", None)

    @cached_property
    def _every_brand(self) -> frozenset[int]:
        from crisisdesk.core.models import Brand

        return frozenset(Brand.objects.values_list("pk", flat=True))

    def brands_with(self, capability: Capability) -> frozenset[int]:
        """Primary keys of the brands on which the capability is held."""
        if self.is_superuser and capability in OF_SUPERUSERS:
            held = self._every_brand
        elif self._never(capability) or self.grants is None:
            return frozenset()
        else:
            held = self.grants.brands.get(capability, frozenset())
        return held if self.brands_only is None else held & self.brands_only

    def brand_keys(self, capability: Capability) -> "list[int] | Slot":
        """The brands on which the capability is held, for the lookup `among`."""
        return sorted(self.brands_with(capability))

    def case_keys(self, capability: Capability) -> "list[int] | Slot | GrantedCases":
        """The cases on which the capability was granted for the case itself, for the lookup `among`."""
        if self._never(capability) or self.grants is None:
            return []
        if capability in self.grants.many:
            return GrantedCases(self.user.pk, capability.value)  # type: ignore[union-attr]
        return sorted(self.grants.cases.get(capability, ()))

    def holds_on_a_case(self, capability: Capability) -> bool:
        """Whether the capability was granted on any case for the case itself."""
        return bool(self.case_keys(capability))

    def _never(self, capability: Capability) -> bool:
        return self.kind == "service" and capability in NEVER_FOR_SERVICES

    def manages_installation(self) -> bool:
        """Whether set-up that belongs to no single brand is theirs: superusers, and who manages every active brand."""
        if self.is_system or self.is_superuser:
            return True
        if self.is_anonymous or self.brands_only is not None:
            return False
        from crisisdesk.core.models import Brand

        held = self.brands_with(Capability.MANAGE)
        return bool(held) and not Brand.objects.filter(active=True).exclude(pk__in=held).exists()

    def has(self, capability: Capability, scope: Any) -> bool:
        """Whether the capability is held on a brand, on a case, or (None) on the installation's set-up."""
        if self.is_system:
            return True
        if scope is None:
            return not self.is_anonymous if capability == Capability.VIEW else self.manages_installation()
        if scope._meta.label_lower == "core.brand":
            return scope.pk in self.brands_with(capability)
        return self._has_on_case(capability, scope)

    def _has_on_case(self, capability: Capability, case: Any) -> bool:
        if self.brands_only is not None and case.brand_id not in self.brands_only:
            return False
        on_brand = not case.closed_world and case.brand_id in self.brands_with(capability)
        return on_brand or self._granted_on(capability, case.pk)

    def _granted_on(self, capability: Capability, case: int) -> bool:
        if self._never(capability) or self.grants is None:
            return False
        return self.grants.on_case(capability, case)

    def has_any(self, capabilities: Iterable[Capability], scope: Any) -> bool:
        """Whether at least one of the capabilities is held."""
        return any(self.has(capability, scope) for capability in capabilities)

    def allows_scope(self, name: str) -> bool:
        """Whether a token's scopes cover a verb (`app.verb`) or `read`; sessions cover everything."""
        if self.scopes is None:
            return True
        return name in self.scopes or f"{name.partition('.')[0]}.*" in self.scopes


SYSTEM = Principal("system", via="worker")
ANONYMOUS = Principal("anonymous")

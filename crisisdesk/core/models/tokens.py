"""Keys for the REST API, and the rows that keep guessing of passwords and flooding of the API slow."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models.base import DeskModel

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal

# Seconds for which a confirmed identity counts as fresh.
FRESH_FOR = timedelta(minutes=5)
# Password tries on one account over web, admin and API together, and the time within which they count (domain note
# "trust"). A passkey is not limited, so the owner still gets in while somebody else is guessing.
TRIES = 10
TRIES_WINDOW = timedelta(minutes=10)
# Days a token lives when nothing is said, and the most anybody may ask for.
DEFAULT_TOKEN_DAYS = 90
LONGEST_TOKEN_DAYS = 365
# `last_used_at` is written at most this often, so that a busy client does not rewrite the row on every request.
USE_NOTED_EVERY = timedelta(minutes=1)


def valid_network(value: str) -> None:
    """Refuse what is not an IPv4 or IPv6 address or network in CIDR notation."""
    try:
        ip_network(value, strict=True)
    except ValueError as wrong:
        message = _("%(value)s is not a network; write for example 192.0.2.0/24 or 2001:db8::/32")
        raise ValidationError(message, code="network", params={"value": value}) from wrong


class ApiTokenQuerySet(DeskQuerySet):
    """Tokens as people and the authentication see them."""

    def visible_to(self, principal: "Principal") -> Self:
        """One's own tokens; administrators of the installation see all of them."""
        return self if principal.manages_installation() else self.filter(user=principal.user)

    def usable(self) -> Self:
        """Neither revoked nor expired, of an account that is active."""
        return self.filter(revoked_at=None, expires_at__gt=clock.now(), user__is_active=True)


class ApiToken(DeskModel):
    """A key to the REST API. Only the SHA-256 of it is stored; the key itself is shown once.

    `scopes` are `read`, `<app>.*` or exact verb names such as `monitoring.push_mentions`. No `brands` means all the
    owner's brands, no `networks` means from anywhere. `authenticated_at` is the last time the owner confirmed who they
    are over this token.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name=_("scopes"))
    brands = models.ManyToManyField("core.Brand", blank=True, related_name="+", verbose_name=_("only these brands"))
    networks = ArrayField(
        models.CharField(max_length=43, validators=[valid_network]),
        default=list,
        blank=True,
        verbose_name=_("only from these networks"),
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    authenticated_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    # The key itself, on a token that was just made; it is no column.
    secret: str = ""

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(scopes__len__gt=0),
                name="core_apitoken_scoped",
                violation_error_message=_("Choose at least one scope"),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=models.F("created_at") + timedelta(days=LONGEST_TOKEN_DAYS)),
                name="core_apitoken_expires",
                violation_error_message=_("A token lives for a year at most"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    @property
    def usable(self) -> bool:
        """Whether the token opens the API now."""
        return self.revoked_at is None and self.expires_at > clock.now() and self.user.is_active

    def allows_address(self, address: str) -> bool:
        """Whether a client at this IP address may use the token."""
        if not self.networks:
            return True
        try:
            client = ip_address(address)
        except ValueError:
            return False
        return any(client in ip_network(network) for network in self.networks)

    def note_use(self) -> None:
        """Remember that the token was used, to the minute."""
        now = clock.now()
        if self.last_used_at is None or now - self.last_used_at >= USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)
            self.last_used_at = now


class SignInThrottle(models.Model):
    """The recent password tries on one account, whatever face they came through.

    One row an account, so that tries in parallel wait for each other and are counted exactly. `account` is the SHA-256
    of the log-in that was typed: unknown ones are counted alike, and no address is kept.
    """

    account = models.CharField(primary_key=True, max_length=64)
    tries = ArrayField(models.DateTimeField())

    TAKE = """
        INSERT INTO core_signinthrottle AS kept (account, tries) VALUES (%(account)s, ARRAY[%(now)s])
        ON CONFLICT (account) DO UPDATE
        SET tries = ARRAY(SELECT at FROM unnest(kept.tries) AS at WHERE at > %(start)s) || EXCLUDED.tries
        WHERE (SELECT count(*) FROM unnest(kept.tries) AS at WHERE at > %(start)s) < %(limit)s
        RETURNING account
    """
    FORGET = "DELETE FROM core_signinthrottle WHERE NOT EXISTS (SELECT 1 FROM unnest(tries) AS at WHERE at > %s)"
    GIVE_BACK = "UPDATE core_signinthrottle SET tries = array_remove(tries, %s) WHERE account = %s"

    def __str__(self) -> str:
        return self.account[:8]

    @classmethod
    def take(cls, account: str, *, limit: int, window: timedelta) -> datetime | None:
        """Count a try now; None when `limit` tries were made within the last `window`."""
        now = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(cls.TAKE, {"account": account, "now": now, "start": now - window, "limit": limit})
            return now if cursor.fetchone() else None

    @classmethod
    def forget(cls, before: datetime) -> None:
        """Remove accounts whose tries are all older than `before`."""
        with connection.cursor() as cursor:
            cursor.execute(cls.FORGET, [before])

    @classmethod
    def give_back(cls, account: str, taken: datetime) -> None:
        """Uncount one try, because it succeeded."""
        with connection.cursor() as cursor:
            cursor.execute(cls.GIVE_BACK, [taken, account])


class TokenRate(models.Model):
    """How full the allowance of one token is: the instant at which it will be empty again (a leaky bucket).

    One statement a request. `full_at` grows by `window / limit` with each request and may not be more than one window
    ahead of now. The write does not wait for the disk: losing the last ones in a crash gives away a few requests.
    """

    token = models.OneToOneField(ApiToken, on_delete=models.CASCADE, primary_key=True, related_name="+")
    full_at = models.DateTimeField()

    TAKE = """
        INSERT INTO core_tokenrate AS kept (token_id, full_at)
        SELECT %(token)s, %(now)s + %(step)s FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried
        ON CONFLICT (token_id) DO UPDATE SET full_at = GREATEST(kept.full_at, %(now)s) + %(step)s
        WHERE GREATEST(kept.full_at, %(now)s) + %(step)s <= %(now)s + %(window)s
        RETURNING full_at
    """

    def __str__(self) -> str:
        return str(self.full_at)

    @classmethod
    def take(cls, token: ApiToken, *, limit: int, window: timedelta) -> tuple[int, timedelta]:
        """Count a request.

        Returns the requests left now (-1: this one is refused) and the time until the allowance is whole again or,
        when refused, until the next request is free.
        """
        now = clock.now()
        step = window / limit
        with connection.cursor() as cursor:
            values: Any = {"token": token.pk, "now": now, "step": step, "window": window}
            cursor.execute(cls.TAKE, values)
            row: Sequence[Any] | None = cursor.fetchone()
        if row is None:
            full_at = cls.objects.values_list("full_at", flat=True).get(pk=token.pk)
            return -1, full_at + step - window - now
        ahead: timedelta = row[0] - now
        return int((window - ahead) / step), ahead

"""People and service accounts."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.czech import sort_key
from crisisdesk.core.log.history import DeskHistory
from crisisdesk.core.models.base import DeskModel

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal


class UserKind(models.TextChoices):
    """Who stands behind an account."""

    PERSON = "person", _("person")
    SERVICE = "service", _("service account")


class UserQuerySet(DeskQuerySet):
    """Accounts of people and programs."""

    def visible_to(self, principal: "Principal") -> Self:
        """Oneself and colleagues on the same brands; administrators of the installation see everybody."""
        from crisisdesk.core.models import Membership

        if principal.is_anonymous:
            return self.none()
        if principal.manages_installation():
            return self.all()
        brands = sorted(principal.brands_with(Capability.VIEW))
        colleagues = Membership.objects.current(clock.now()).filter(brand_id__in=brands).values_list("user", flat=True)
        return self.filter(pk__in={principal.user.pk, *colleagues})  # type: ignore[union-attr]


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):
    """Creates accounts with a hashed password or without a usable one."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it can only be used through a token or after a reset."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account that keeps the installation running; it holds no right to approve or publish."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(DeskModel, AbstractBaseUser, PermissionsMixin):
    """One person, or one program with its own account. The e-mail address is the log-in.

    Whoever manages the installation changes accounts. The sign-in writes passwords and last log-ins on its own, so
    actions save only the columns they change.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_sort = models.CharField(max_length=260, editable=False, db_index=True)
    kind = models.CharField(max_length=10, choices=UserKind, default=UserKind.PERSON)
    position = models.CharField(_("position"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("cs", "čeština"), ("en", "English")], default="cs"
    )
    theme = models.CharField(
        _("appearance"),
        max_length=5,
        choices=[("auto", _("as the device")), ("light", _("light")), ("dark", _("dark"))],
        default="auto",
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)

    objects: ClassVar[UserManager] = UserManager()
    history = DeskHistory(excluded_fields=["password", "last_login", "name_sort"])

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("name_sort",)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="core_user_email_once",
                violation_error_message=_("Somebody with this e-mail address is here already"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the sorting key in step with the name."""
        self.name_sort = sort_key(self.name)
        fields = kwargs.get("update_fields")
        if fields is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "name_sort"}
        super().save(*args, **kwargs)

    @property
    def initials(self) -> str:
        """Two letters for the round badge."""
        parts = [part for part in self.name.split() if part[0].isalpha()]
        return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()

    @property
    def short_name(self) -> str:
        """`J. Malá` for Jana Malá: how a person is called where space is scarce."""
        parts = self.name.split()
        return f"{parts[0][0]}. {parts[-1]}" if len(parts) > 1 else self.name

    def get_full_name(self) -> str:
        """The name, for Django's own templates."""
        return self.name

    def get_short_name(self) -> str:
        """The short name, for Django's own templates."""
        return self.short_name

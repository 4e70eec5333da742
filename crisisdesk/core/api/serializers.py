"""Shapes: what comes in is refused when it holds a name nobody knows, what goes out says what may be done next."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from crisisdesk.core.actions.decorator import visible
from crisisdesk.core.api.auth import principal_of
from crisisdesk.core.api.endpoints import DETAIL_VERBS


class Input(serializers.Serializer[Any]):
    """Values of a verb. Whether they make sense, the action knows; here only type, length and format."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown names: a misspelt optional value would otherwise vanish."""
        found = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            known = ", ".join(self.fields) or "–"
            said = _("This name is not known here. Known ones: {known}").format(known=known)
            raise serializers.ValidationError({name: [said] for name in unknown}, code="unknown")
        return found


class Output(serializers.ModelSerializer[Any]):
    """A row as the API shows it: read-only. A subclass with `actions = True` adds `available_actions` to details."""

    actions = False

    def get_fields(self) -> dict[str, Any]:
        """The declared fields, all read-only, and the verbs that would go through now."""
        fields = super().get_fields()
        for shown in fields.values():
            shown.read_only = True
        if self.actions:
            fields["available_actions"] = AvailableActions()
        return fields


@extend_schema_field({"type": "array", "items": {"type": "string"}, "description": "Verbs that would go through now."})
class AvailableActions(serializers.Field[Any, Any, Any, Any]):
    """Addresses of the verbs the client may call on the row now, relative to it (`take-over`, `dismiss`).

    Lists look at state and capability only, which costs no query; details ask every guard.
    """

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def to_representation(self, row: Any) -> list[str]:
        """Ask every verb of the model."""
        principal = principal_of(self.context["request"])
        in_list = isinstance(getattr(self.parent, "parent", None), serializers.ListSerializer)
        offered = [made for made in DETAIL_VERBS.get(type(row), []) if made.action.offered(principal, row)]
        if not in_list:
            # Whether the row can be seen is asked once, not by every verb, and not where it was read as visible.
            seen = row is self.context.get("seen") or (bool(offered) and visible(row, principal))
            offered = [made for made in offered if seen and not made.action.unmet(principal, row)]
        return [made.path or made.name for made in offered]


class VisibleField(serializers.SlugRelatedField[Any]):
    """Another object by its uuid (or `slug_field`), as far as the client may see it; anything else does not exist."""

    default_error_messages = {
        "does_not_exist": _("There is nothing here with this identifier"),
        "invalid": _("This is not an identifier"),
    }

    def __init__(self, model: Any, slug_field: str = "uuid", **options: Any) -> None:
        self.model = model
        super().__init__(slug_field=slug_field, queryset=model._default_manager.none(), **options)

    def get_queryset(self) -> Any:
        """What the client sees of the model."""
        request = self.context.get("request")
        if request is None:
            return self.model._default_manager.none()
        return self.model.objects.visible_to(principal_of(request))

    def to_internal_value(self, data: Any) -> Any:
        """The object; malformed identifiers are told apart from unknown ones."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return super().to_internal_value(data)
        except ValidationError:
            self.fail("invalid")

    def named(self, names: list[Any]) -> dict[str, Any]:
        """The visible rows of these names, read at once: as the view reads them where it is the view of the model."""
        view = self.context.get("view")
        own = view is not None and getattr(view, "model", None) is self.model
        rows: Any = view.get_queryset() if view is not None and own else self.get_queryset()
        column = self.model._meta.get_field(self.slug_field)
        known = []
        for name in names:
            try:
                known.append(column.to_python(name) if isinstance(name, str) and "\x00" not in name else None)
            except ValidationError:
                known.append(None)
        found = rows.filter(**{f"{self.slug_field}__in": [name for name in known if name is not None]})
        by_name = {getattr(row, self.slug_field): row for row in found}
        return {given: by_name[name] for given, name in zip(names, known, strict=True) if name in by_name}


class VisibleRows(serializers.ListField):
    """Several rows by `slug_field`, read at once; one that the client does not see is named by its place."""

    child: VisibleField

    def __init__(self, model: Any, slug_field: str = "uuid", **options: Any) -> None:
        super().__init__(child=VisibleField(model, slug_field), **options)

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        """The rows in the order in which they were named."""
        texts = [name for name in data if isinstance(name, str)]
        found = self.child.named(texts)
        unknown = {place for place, name in enumerate(data) if not isinstance(name, str) or name not in found}
        if unknown:
            said = ErrorDetail(str(self.child.error_messages["does_not_exist"]), code="does_not_exist")
            raise serializers.ValidationError({str(place): [said] for place in sorted(unknown)})
        return [found[name] for name in data]

"""The parts of a page as template tags: icons, severity, time, clocks, people, differences, fields, live regions."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.conf.locale import LANG_INFO
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock as desk_clock
from crisisdesk.core import differences, durations
from crisisdesk.core.actions import REGISTRY
from crisisdesk.core.czech import typeset
from crisisdesk.core.log.events import sentence as event_sentence
from crisisdesk.core.web.views import MADE_PAGES, home_url

register = template.Library()
register.simple_tag(home_url)

# --- icons and marks ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _drawing(name: str, css: str) -> str:
    return lucide._render_icon(name, 18, **{"class": css, "stroke-width": "1.75"}).replace("\n", "")


@register.simple_tag
def icon(name: str, label: str = "", cls: str = "") -> SafeString:
    """A Lucide icon, 18 px. Without a label it is decoration and silent; `cls` may be `s` (15 px) or `l` (24 px)."""
    return _icon(str(name), str(label), cls)


@lru_cache(maxsize=1024)
def _icon(name: str, label: str, cls: str) -> SafeString:
    drawing = _drawing(name, f"i {cls}".strip())
    said = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true" focusable="false"'
    return mark_safe(drawing.replace("<svg ", f"<svg {said} ", 1))  # noqa: S308 - the library's drawing, label escaped


_MARKS = {
    "done": ("c", "check", _("done")),
    "confirmed": ("c", "check", _("confirmed")),
    "unverified": ("u", "ellipsis", _("unverified")),
    "open": ("u", "circle-question-mark", _("open question")),
    "waiting": ("u", "ellipsis", _("waiting")),
    "late": ("x", "exclamation", _("late")),
    "refuted": ("x", "x", _("refuted")),
    "rejected": ("x", "x", _("rejected")),
    "missing": ("x", "exclamation", _("missing")),
    "obsolete": ("o", "minus", _("obsolete")),
    "none": ("o", "minus", _("not needed")),
}


@register.simple_tag
def mark(code: str, label: str = "") -> SafeString:
    """The small square before a fact or a stage, with its word for those who do not see it."""
    css, drawing, word = _MARKS.get(str(code), ("o", "minus", str(code)))
    if drawing == "exclamation" or drawing == "circle-question-mark":
        glyph: str = format_html("<span>{}</span>", "!" if drawing == "exclamation" else "?")
    else:
        glyph = icon(drawing)
    return format_html('<span class="m {}" role="img" aria-label="{}">{}</span>', css, label or word, glyph)


_TONES = {
    "ok": "check",
    "warn": "hourglass",
    "bad": "circle-alert",
    "step": "arrow-right",
    "exercise": "graduation-cap",
}


@register.simple_tag
def pill(text: Any, tone: str = "", icon_name: str = "") -> SafeString:
    """A small label; `tone` ok, warn, bad, step or exercise brings its icon along."""
    drawing = icon_name or _TONES.get(tone, "")
    return format_html('<span class="pill {}">{}{}</span>', tone, icon(drawing) if drawing else "", text)


# --- severity -------------------------------------------------------------------------------------------------------

_SEVERITY = {
    1: (_("critical"), "M6 .8 11.6 11H.4z"),
    2: (_("serious"), "M6 .2 11.8 6 6 11.8.2 6z"),
    3: (_("elevated"), "M1 1h10v10H1z"),
    4: (_("routine"), "M6 .6a5.4 5.4 0 1 1 0 10.8A5.4 5.4 0 0 1 6 .6z"),
}


@register.simple_tag
def severity(level: int | None, size: str = "") -> SafeString:
    """Word, number and shape of a severity (1 the gravest); `mini` shows shape and number, the word on hover."""
    return _severity(level, size, get_language() or "en")


@lru_cache(maxsize=64)
def _severity(level: int | None, size: str, _language: str) -> SafeString:
    if level not in _SEVERITY:
        return SafeString("")
    word, shape = _SEVERITY[level]
    drawing = format_html('<svg viewBox="0 0 12 12" aria-hidden="true" focusable="false"><path d="{}"/></svg>', shape)
    if size == "mini":
        said = format_html("{}: {} · {}", gettext("severity"), word, level)
        return format_html(
            '<span class="sev sev-{} mini" role="img" aria-label="{}" title="{}">{}</span>', level, said, said, drawing
        )
    return format_html('<span class="sev sev-{}">{}{} · {}</span>', level, drawing, word, level)


# --- time -----------------------------------------------------------------------------------------------------------


# What is formatted for one reader stands on the next page and on a colleague's: dates are kept by the minute.
MOST_DATES = 8192


@lru_cache(maxsize=MOST_DATES)
def _full(minute: datetime, _language: str) -> str:
    return formats.date_format(minute, pgettext("full time", "l j F Y, G:i"))


@lru_cache(maxsize=MOST_DATES)
def _absolute(minute: datetime, today: date, _language: str) -> str:
    hour = formats.date_format(minute, "G:i")
    if minute.date() == today:
        return hour
    day = formats.date_format(
        minute, pgettext("day and month", "j M") if minute.year == today.year else pgettext("day, month, year", "j M Y")
    )
    return f"{day} {hour}"


def _minute(instant: datetime) -> datetime:
    """The reader's local time without its seconds and its zone, as it is written and kept."""
    return timezone.localtime(instant).replace(second=0, microsecond=0, tzinfo=None)


@register.simple_tag
def moment(instant: datetime | None, style: str = "relative") -> SafeString:
    """An instant as `<time>`: relative (`12 min ago`) with the full time on hover.

    `clock` shows `9:38`, with the day where it is another one; `hour` never shows the day; `full` shows all.
    """
    if instant is None:
        return SafeString("–")
    now, language = desk_clock.now(), get_language() or "en"
    local = _minute(instant)
    full = _full(local, language)
    iso = instant.isoformat(timespec="seconds")
    away = instant - now
    if style == "full":
        return format_html('<time datetime="{}">{}</time>', iso, full)
    if style == "hour":
        hour = _absolute(local, local.date(), language)
        return format_html('<time datetime="{}" title="{}">{}</time>', iso, full, hour)
    if style == "clock" or abs(away) >= timedelta(hours=24):
        shown = _absolute(local, _minute(now).date(), language)
        return format_html('<time datetime="{}" title="{}">{}</time>', iso, full, shown)
    past, future = gettext("{} ago"), gettext("in {}")
    if abs(away) < timedelta(minutes=1):
        text = gettext("just now")
    else:
        text = (future if away > timedelta() else past).replace("{}", durations.short(away))
    return format_html(
        '<time datetime="{}" title="{}" data-rel data-past="{}" data-future="{}">{}</time>',
        iso,
        full,
        past,
        future,
        text,
    )


@register.filter
def duration(length: timedelta | int | None) -> str:
    """A length of time (timedelta, or whole minutes) in few signs: `1 h 20 min`."""
    if length is None:
        return "–"
    return durations.short(length if isinstance(length, timedelta) else timedelta(minutes=length))


# Subjects tell clocks of one kind apart; what only a program reads in them is left out (`<uuid>/en` reads English).
_MACHINE_NAME = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/?")


@register.filter
def clock_name(row: Any) -> str:
    """What a clock measures, with what tells it from others of its kind: `Other language published · English`."""
    told = _MACHINE_NAME.sub("", row.subject)
    if told in LANG_INFO:
        told = get_language_info(told)["name_translated"]
    return f"{row.get_code_display()} · {told}" if told else str(row.get_code_display())


def _limit(row: Any) -> str:
    return gettext("limit {}").format(durations.short(row.due_at - row.started_at))


@register.simple_tag
def clock(row: Any, style: str = "") -> SafeString:
    """A clock with figure, limit and bar; `mini` is the one-line form.

    The row tells `get_code_display`, `subject`, `started_at`, `warn_at`, `due_at`, `met_at`, `cancelled_at`.
    """
    now, language = desk_clock.now(), get_language() or "en"
    label, due = clock_name(row), _minute(row.due_at)
    bar: str = ""
    ticking: str = ""
    if row.cancelled_at:
        css, figure, small = "off", gettext("cancelled"), _limit(row)
    elif row.met_at:
        late = row.met_at > row.due_at
        took = durations.short(row.met_at - row.started_at)
        css = "late" if late else "met"
        figure = format_html(
            "{}{}", icon("clock-alert" if late else "check", gettext("late") if late else gettext("in time")), took
        )
        small = _limit(row)
    else:
        left = row.due_at - now
        css = "run late" if left < timedelta() else "run soon" if row.warn_at <= now else "run"
        late_by = gettext("late by")
        figure = f"{late_by} {durations.countdown(left)}" if left < timedelta() else durations.countdown(left)
        ticking = format_html(' data-due="{}" data-late="{}"', row.due_at.isoformat(timespec="seconds"), late_by)
        small = gettext("until {}").format(_absolute(due, _minute(now).date(), language))
        whole = max(1, round((row.due_at - row.started_at).total_seconds()))
        gone = min(whole, max(0, round((now - row.started_at).total_seconds())))
        bar = format_html('<progress max="{}" value="{}" aria-label="{}"></progress>', whole, gone, label)
    return format_html(
        '<div class="clock {} {}" title="{}"><span>{}</span> <b{}>{}</b> <small>{}</small>{}</div>',
        css, style, gettext("until {}").format(_full(due, language)), label, ticking, figure, small, bar,
    )  # fmt: skip


# --- people ---------------------------------------------------------------------------------------------------------


@register.simple_tag
def avatar(user: Any, title: str = "", cls: str = "") -> SafeString:
    """The round badge with a person's initials; without a person the dashed one of an empty role."""
    if user is None:
        return format_html('<span class="av miss {}" role="img" aria-label="{}" title="{}">?</span>', cls, title, title)
    said = f"{user} – {title}" if title else str(user)
    return format_html(
        '<span class="av {}" role="img" aria-label="{}" title="{}">{}</span>', cls, said, said, user.initials
    )


@register.simple_tag
def person(user: Any, style: str = "") -> SafeString:
    """A person by short name with the full one on hover; `badge` puts the initials before it."""
    if user is None:
        return format_html('<span class="quiet">{}</span>', gettext("nobody yet"))
    name = format_html('<span title="{}">{}</span>', user, user.short_name)
    if style != "badge":
        return name
    return format_html(
        '<span class="person"><span class="av s" aria-hidden="true">{}</span>{}</span>', user.initials, name
    )


# --- the log --------------------------------------------------------------------------------------------------------

# Stands for the actor while the sentence is escaped.
_ACTOR = "\ue000"
_DOTS = {"step": "d", "good": "g", "bad": "r", "plain": ""}


@register.simple_tag
def dot(tone: str) -> SafeString:
    """The dot of a timeline; the sentence beside it says the same in words."""
    return format_html('<span class="dot {}" aria-hidden="true"></span>', _DOTS.get(tone, ""))


@register.simple_tag
def sentence(event: Any, actor_name: str) -> SafeString:
    """An event as a sentence in the reader's language with the actor in bold."""
    said = escape(event_sentence(event, _ACTOR, get_language() or "en"))
    return mark_safe(said.replace(_ACTOR, format_html("<b>{}</b>", actor_name)))  # noqa: S308 - both halves are escaped


@register.filter
def action_title(name: str | None) -> Any:
    """What an action is called on its button, by the name the history keeps; nothing for what is no action."""
    known = REGISTRY.get(name or "")
    return known.title if known else ""


# --- texts ----------------------------------------------------------------------------------------------------------


@register.simple_tag
def diff(old: str, new: str) -> SafeString:
    """The new text with what was added and removed against the old one.

    Blanks stand inside the marks: without what is removed it reads as the new text does, to the last blank.
    """
    tags = {"same": "{}", "ins": "<ins>{}</ins>", "del": "<del>{}</del>"}
    shown = (format_html(tags[kind], text) for kind, text in differences.parts(old or "", new or ""))
    return format_html_join("", "{}", ((part,) for part in shown))


@register.filter
def setting(text: str) -> str:
    """Our own words with Czech no-break spaces; never for texts that are hashed or sent."""
    return typeset(text) if (get_language() or "").startswith("cs") else text


@register.simple_block_tag
def stage(content: str, state: str, who: str = "", me: bool = False) -> SafeString:
    """One line of who decides: `{% stage "waiting" who="J. Malá" %}Legal 0/1{% endstage %}`."""
    whom = format_html('<span class="who{}">{}</span>', " me" if me else "", who) if who else ""
    return format_html('<div class="stage">{}{}{}</div>', mark(state), content, whom)


# --- blocks ---------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def card(content: str, title: str = "", url: str = "", link: str = "", cls: str = "", id: str = "") -> SafeString:  # noqa: A002
    """A white card with a small heading and one link beside it."""
    head: str = ""
    if title:
        aside = format_html('<a href="{}">{}</a>', url, link) if url else ""
        head = format_html("<header><h2>{}</h2>{}</header>", title, aside)
    named = format_html(' id="{}"', id) if id else ""
    return format_html('<section class="card {}"{}>{}{}</section>', cls, named, head, content)


@register.simple_block_tag
def pagehead(content: str, title: str, lead: str = "") -> SafeString:
    """The heading of a page; what stands between the tags are its buttons."""
    buttons = format_html('<div class="row">{}</div>', content) if content.strip() else ""
    said = format_html("<p>{}</p>", lead) if lead else ""
    return format_html('<div class="pagehead"><h1>{}</h1>{}{}</div>', title, buttons, said)


@register.simple_block_tag
def empty(content: str, title: str, icon_name: str = "circle-check") -> SafeString:
    """An empty page or list: what it means and what to do first."""
    return format_html('<div class="empty">{}<h2>{}</h2>{}</div>', icon(icon_name), title, content)


@register.simple_block_tag
def ask(content: str, label: str, icon_name: str = "", cls: str = "", button: str = "") -> SafeString:
    """A button that opens a small form beside itself (a sheet on the phone), without any script."""
    drawing = icon(icon_name) if icon_name else ""
    return format_html(
        '<details class="ask {}"><summary class="btn {}">{}{}</summary><div class="box">{}</div></details>',
        cls, button, drawing, label, content,
    )  # fmt: skip


@register.simple_block_tag
def live(content: str, url: str, id: str, tag: str = "div", cls: str = "") -> SafeString:  # noqa: A002
    """A region that renews itself: `url` carries the known seq or digest and answers 204 while that is current."""
    return format_html(
        '<{} id="{}" class="{}" hx-get="{}" hx-trigger="live from:body" hx-swap="outerHTML" hx-sync="this:drop">'
        "{}</{}>",
        tag, id, cls, url, content, tag,
    )  # fmt: skip


# --- forms ----------------------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, **attributes: Any) -> SafeString:
    """A field with its label above, help below and errors beside; attributes use `_` for `-`."""
    given = {name.replace("_", "-"): value for name, value in attributes.items() if value not in (None, False)}
    given.update({name: "" for name, value in given.items() if value is True})
    if bound.is_hidden:
        return format_html("{}{}", bound.as_widget(attrs=given), "")
    widget = bound.field.widget
    return mark_safe(  # noqa: S308 - a rendered template
        render_to_string(
            "components/field.html",
            {
                "field": bound,
                "widget": bound.as_widget(attrs=given),
                "group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
                "check": isinstance(widget, CheckboxInput),
                "optional": not bound.field.required and not isinstance(widget, CheckboxInput),
            },
        )
    )


@register.simple_tag
def fields(form: Form, *names: str) -> SafeString:
    """Errors of the whole form, then the named fields, or all of them."""
    shown: Iterable[BoundField] = [form[name] for name in names] if names else list(form)
    return format_html("{}{}", form_errors(form), format_html_join("", "{}", ((field(bound),) for bound in shown)))


@register.simple_tag
def form_errors(form: Form) -> SafeString:
    """What is wrong with the form as a whole, above its fields."""
    said = form.non_field_errors()
    if not said:
        return SafeString("")
    lines = format_html_join("", "<li>{}</li>", ((one,) for one in said))
    return format_html('<div class="errors" role="alert">{}<ul>{}</ul></div>', icon("circle-alert"), lines)


# How a button of an action may look, and the class that makes it so.
_LOOKS = {"primary": "p", "small": "s", "wide": "wide", "danger": "danger", "quiet": "quiet"}


@register.simple_tag(takes_context=True)
def action_button(
    context: template.Context, url: str, label: str, icon_name: str = "", look: str = "", about: str = "",
    said: str = "", icon_size: str = "", **hidden: Any,
) -> SafeString:  # fmt: skip
    """A button that carries out an action at once, as a form without fields, so that it works without any script.

    `look` is one or more of primary, small, wide, danger and quiet, or link; `about` follows the label where several
    buttons of one kind stand together; `said` is read out instead of both. What else is named travels as a hidden
    value. The view has asked whether the action is possible: nothing is asked again here.
    """
    if not url:  # `{% url … as … %}` keeps silent where nothing fits
        raise template.TemplateSyntaxError(f"The button {label!s} has no address.")
    css = "link" if look == "link" else " ".join(["btn", *(_LOOKS[word] for word in look.split())])
    values = format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden.items())
    return format_html(
        '<form method="post" action="{}">{}{}<button class="{}"{}>{}{}{}</button></form>',
        url, CsrfTokenNode().render(context), values, css, format_html(' aria-label="{}"', said) if said else "",
        icon(icon_name, cls=icon_size) if icon_name else "", label, f" · {about}" if about else "",
    )  # fmt: skip


# --- lists ----------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The present address with some parameters changed; None removes one. Filters and pages stay links."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/more_actions.html", takes_context=True)
def more_actions(context: template.Context, row: Any, look: str = "") -> dict[str, Any]:
    """Actions on a row whose pages follow from the registry, as far as the reader may carry them out.

    They are list items, or with a `look` (as of `action_button`) buttons.
    """
    principal = context["request"].principal
    pages = MADE_PAGES.get(type(row), ())
    offered = [(page, page.url_of(row)) for page in pages if page.action.offered(principal, row)]
    css = " ".join(["btn", *(_LOOKS[word] for word in look.split())]) if look else ""
    return {"offered": offered, "cls": css, "look": look or "link"}

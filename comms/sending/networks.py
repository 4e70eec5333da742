"""The networks a text can go to by hand, and the settings each kind of account understands.

Pure data. A network without an adapter is served through the publish-by-hand page: `compose` opens its window with the
text filled in where the network allows it, otherwise `home` opens the place to post.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comms.sending.limits import LIMITS, Limit

Check = Callable[[str], None]

LONGEST_SETTING = 300


@dataclass(frozen=True, slots=True)
class Network:
    """One network: its name, its limit (None where nobody counts) and the address that opens its window."""

    code: str
    name: str
    home: str = ""
    compose: str = ""

    @property
    def limit(self) -> Limit | None:
        return LIMITS.get(self.code)

    def window(self, text: str, profile: str = "") -> str:
        """Where to post: the window with the text filled in, else the profile, else the network's front page.

        Mastodon has no front page: its window stands on the server of the profile.
        """
        if "{server}" in self.compose:
            server = urlsplit(profile).netloc
            return self.compose.format(server=server, text=quote(text, safe="")) if server else ""
        return self.compose.format(text=quote(text, safe="")) if self.compose else profile or self.home


NETWORKS: dict[str, Network] = {
    network.code: network
    for network in (
        Network("facebook", "Facebook", home="https://www.facebook.com/"),
        Network("instagram", "Instagram", home="https://www.instagram.com/"),
        Network("x", "X", compose="https://x.com/intent/post?text={text}"),
        Network("linkedin", "LinkedIn", home="https://www.linkedin.com/feed/"),
        Network("threads", "Threads", compose="https://www.threads.net/intent/post?text={text}"),
        Network("bluesky", "Bluesky", compose="https://bsky.app/intent/compose?text={text}"),
        Network("mastodon", "Mastodon", compose="https://{server}/share?text={text}"),
        Network("sms", "SMS"),
    )
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of an account: a short text that passes `check`; `help` is read by the administrator."""

    label: str | Promise
    help: str | Promise
    check: Check


_ADDRESS = EmailValidator(_("Write an e-mail address, for example press@example.com"))
_LINK = URLValidator(schemes=["https", "http"], message=_("Write a whole address that starts with https://"))

SETTINGS: dict[str, dict[str, Setting]] = {
    "newsroom": {},
    "email": {
        "sender": Setting(_("sender address"), _("From whom the mails come; empty: the desk’s own address"), _ADDRESS),
        "reply_to": Setting(_("answers to"), _("Where answers of readers go"), _ADDRESS),
    },
    "manual": {"profile": Setting(_("profile"), _("Address of the profile or page where the text is posted"), _LINK)},
}


def cleaned_settings(kind: str, given: Mapping[str, object]) -> dict[str, str]:
    """The settings of an account of this kind without empty ones; raises ValidationError naming each wrong one."""
    known = SETTINGS[kind]
    wrong: list[str | Promise] = []
    kept: dict[str, str] = {}
    for name, value in given.items():
        if name not in known:
            wrong.append(
                _("There is no setting “%(name)s”; known here: %(known)s")
                % {"name": str(name)[:40], "known": ", ".join(known) or "–"}
            )
        elif not isinstance(value, str) or len(value) > LONGEST_SETTING:
            wrong.append(_("%(name)s: write a short text") % {"name": name})
        elif value.strip():
            try:
                known[name].check(value.strip())
                kept[name] = value.strip()
            except ValidationError as refused:
                wrong.extend(f"{name}: {sentence}" for sentence in refused.messages)
    if wrong:
        raise ValidationError([str(sentence) for sentence in wrong])
    return kept

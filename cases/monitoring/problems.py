"""What can go wrong with a source, as sentences that say what to do. The codes are those of fetching and feeds."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "address": _("This is not a web address. Copy it whole from the browser, including https://"),
    "scheme": _("Only addresses that start with http:// or https:// can be read."),
    "credentials": _("The address contains a name or password. Use an address without them."),
    "forbidden": _("The address leads into a private network, and those are not read. Use a public address."),
    "unknown_host": _("No server of this name was found. Check the spelling of the address."),
    "unreachable": _("The server refuses the connection. Check the address; otherwise it will be tried again."),
    "timeout": _("The server did not answer completely within 15 seconds. It will be tried again."),
    "tls": _("The server has no valid certificate, so the connection is not safe. Tell whoever runs it."),
    "redirects": _("The server keeps sending us elsewhere. Open the address in a browser and copy the final one."),
    "no_http": _("What answers at this address is not a web server, or it breaks the rules. Check the address."),
    "gone": _("There is nothing at this address any more. Find the new address of the feed."),
    "not_allowed": _("The server wants a log-in. Use a public feed, or send the items in over the REST API."),
    "too_often": _("The server asks to be asked less often. It will be tried again later."),
    "server": _("The server reports a failure of its own. It will be tried again."),
    "status": _("The server answered with something other than the feed. Check the address."),
    "encoding": _("The server packs its answer in a way that was not asked for. Tell whoever runs it."),
    "broken_off": _("The answer broke off in the middle. It will be tried again."),
    "too_large": _("The answer is larger than 2 MB. Look for a shorter feed of the same site."),
    "bomb": _("The answer unpacks to more than ten times its size and was not read."),
    "entities": _("The feed declares entities of its own, which can be dangerous. It was not read."),
    "no_feed": _("This is a web page, not a feed. Look for a link called RSS or Atom on it."),
    "broken_xml": _("The feed contains an error. What could be read was taken over."),
    "unexpected": _("The source could not be read because of a fault on our side. It will be tried again."),
}

# The source was read, only not without a flaw; it does not count as a failure.
FLAWS = frozenset({"broken_xml"})


def sentence(code: str) -> Promise | str:
    """The sentence for a code; nothing where there is no problem."""
    return MESSAGES.get(code, MESSAGES["unexpected"]) if code else ""

"""WSGI entry point: ``granian --interface wsgi crisisdesk.wsgi:application``."""

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")

application = get_wsgi_application()

from django.urls import reverse  # noqa: E402 - after the settings

from cases.monitoring.text import lemmas  # noqa: E402 - the same
from comms.sending.newsroom import answers  # noqa: E402 - the same


def settle() -> None:
    """Make what every request needs and keep the garbage collector away from it.

    Code, addresses and dictionaries stay for the life of the process; looking through all of it anew took a tenth of a
    second each time, in the middle of somebody's request. On a machine that has no dictionaries yet, whoever searches
    mentions first would wait some seconds for them.
    """
    reverse("desk:home")
    lemmas.warm()
    gc.collect()
    gc.freeze()


# Both beside the requests, which wait for neither.
threading.Thread(target=settle, name="settle", daemon=True).start()
threading.Thread(target=answers.listen, args=(threading.Event(),), name="newsroom", daemon=True).start()

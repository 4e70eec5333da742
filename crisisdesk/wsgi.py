"""WSGI entry point: ``granian --interface wsgi crisisdesk.wsgi:application``."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")

application = get_wsgi_application()

from cases.monitoring.text import lemmas  # noqa: E402 - after the settings

# On a machine that has no dictionaries yet, whoever searches mentions first would wait some seconds for them: they are
# made beside the first requests.
threading.Thread(target=lemmas.warm, name="dictionaries", daemon=True).start()

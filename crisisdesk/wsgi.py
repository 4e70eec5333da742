"""WSGI entry point: ``granian --interface wsgi crisisdesk.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")

application = get_wsgi_application()

from crisisdesk.core.web import warming  # noqa: E402 - after the settings

warming.begin()

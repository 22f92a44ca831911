"""The WSGI application of a Django peer: its settings are the module ``settings``.

Garbage is collected as Rung collects it (``config/wsgi.py``): not during the start, never among
what the start left, and then every 50,000 objects.
"""

import gc
import os

gc.disable()

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (a property that imports)
gc.freeze()
gc.set_threshold(50_000, 20, 20)
gc.enable()

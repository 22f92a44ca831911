"""The WSGI application: ``gunicorn config.wsgi``."""

import gc
import os

# A start only adds. To look for garbage meanwhile took a sixth of it.
gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from config.environment import refused_in_one_line  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with refused_in_one_line():
    application = get_wsgi_application()
# The site map too, before the server forks: once for all workers, not in the first requests.
get_resolver().url_patterns  # noqa: B018 (a property that imports)
# What is loaded stays: left out of every later search, its memory stays shared by the workers.
gc.freeze()
# A page makes some ten thousand objects and drops them at once, with hardly a cycle among
# them: looking through them every 700 took a tenth of a report's time.
gc.set_threshold(50_000, 20, 20)
gc.enable()

"""The web application, under whatever server: never handed to one that connects as a role which could pass the walls."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from .guard import refuse_to_serve_without_walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
application = get_wsgi_application()
refuse_to_serve_without_walls()


def settle() -> None:
    """Read what every page needs before the first one asks, and keep all of it out of the garbage collector's rounds.

    It is never garbage, and going through it again and again made every page a little slower and one in some hundreds much slower.
    """
    from serein.clinical import knowledge

    knowledge.load()
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


settle()

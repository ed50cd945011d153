"""The web application, under whatever server: never handed to one that connects as a role which could pass the walls."""

import os

from django.core.wsgi import get_wsgi_application

from .guard import refuse_to_serve_without_walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
application = get_wsgi_application()
refuse_to_serve_without_walls()

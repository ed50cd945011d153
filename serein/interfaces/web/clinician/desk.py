"""The way to one patient's chart: every page about a patient stands on `chart_page`, so that the key is asked for in one place."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from serein.foundation.people.keys import Refused, open_chart, purpose_here
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page

from .offered import turned_away

ChartView = Callable[..., HttpResponse]


def chart_page(view: ChartView) -> Callable[..., HttpResponseBase]:
    """View decorator: hands (request, key, …) of the patient in the address to the view, or answers with the refusal's page.

    Where nothing but broken glass opens the record, the key is for an emergency. A page whose deed the key does not allow does not open.
    """

    return _at_the_desk(once(_opened(view)))


def look_page(view: ChartView) -> Callable[..., HttpResponseBase]:
    """The same for a page whose post stores nothing, because what it carries is too long for an address: it may be sent any number of times."""
    return _at_the_desk(_opened(view))


def _at_the_desk(view: ChartView) -> Callable[..., HttpResponseBase]:
    return desk("clinician", "trainee")(view)


def _opened(view: ChartView) -> ChartView:
    @wraps(view)
    def inner(request: HttpRequest, who: Person, patient_id: UUID, **kwargs: Any) -> HttpResponse:
        key = open_chart(who, patient_id, purpose=purpose_here(who, patient_id, at=now(request)), at=now(request))
        if isinstance(key, Refused):
            return refused_page(request, key)
        page = request.resolver_match.url_name if request.resolver_match else None
        refused = turned_away(key, page) if page else None
        return refused_page(request, refused) if refused else view(request, key, **kwargs)

    return inner

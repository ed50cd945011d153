"""The way to one patient's chart: every page about a patient stands on `chart_page`, so that the key is asked for in one place."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from serein.foundation.people.keys import Refused, open_chart
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page

ChartView = Callable[..., HttpResponse]


def chart_page(view: ChartView) -> Callable[..., HttpResponseBase]:
    """View decorator: hands (request, key, …) of the patient in the address to the view, or answers with the refusal's page."""

    @wraps(view)
    def inner(request: HttpRequest, who: Person, patient_id: UUID, **kwargs: Any) -> HttpResponse:
        key = open_chart(who, patient_id, purpose="care", at=now(request))
        return refused_page(request, key) if isinstance(key, Refused) else view(request, key, **kwargs)

    return desk("clinician", "trainee")(once(inner))

"""The patient's prescriptions, with the code to show at the pharmacy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import refused_page

from ..door import own_record


@desk("patient")
def prescriptions(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    return render(
        request, "patient/prescriptions.html", {"title": "My prescriptions", "lines": (), "back": reverse("patient:home")}
    )

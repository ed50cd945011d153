"""The compliance desk's two keys, each with the refusal already turned into a page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from serein.foundation.people.keys import OpenList, Refused, open_list
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, OpenList, P], HttpResponse]


def with_list(purpose: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """View decorator: a compliance officer's key to one list; a post does its deed once."""

    def around(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @desk("compliance")
        @once
        @wraps(view)
        def inner(request: HttpRequest, who: Person, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            key = open_list(who, purpose=purpose, at=now(request))
            return refused_page(request, key) if isinstance(key, Refused) else view(request, key, *args, **kwargs)

        return inner

    return around

"""Before somebody else is let into a record: a factor once more, when none was shown lately. A telephone left open is not its owner.

Setting up, removing and reading factors is asked for by allauth itself (`adapters.is_reauthentication_required`); this is for deeds of our own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from serein.foundation.people.persons import Person

from . import kept, once
from .leaving import leave_for
from .second_factor import shown_within

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Person, P], HttpResponse]
LATELY = timedelta(minutes=10)


def asks_again(*methods: str, but: str = "") -> Callable[[View[P]], View[P]]:
    """View decorator, between `desk` and `once`: what was typed is kept and sent on afterwards, so its token must still be unspent.

    `but`: a field of a post that is done at once all the same. Taking away is never delayed.
    """

    def around(view: View[P]) -> View[P]:
        @wraps(view)
        def inner(request: HttpRequest, who: Person, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in methods or but in request.POST or shown_within(request, LATELY):
                return view(request, who, *args, **kwargs)
            back = request.get_full_path()
            if request.method == "POST" and kept.stash(request, kept.of(request, once.owner_of(request))):
                back = reverse("shell:carry_on")
            return leave_for(request, f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")

        return inner

    return around

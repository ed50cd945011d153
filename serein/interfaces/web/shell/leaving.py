from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


def leave_for(request: HttpRequest, where: str) -> HttpResponse:
    """Redirect the whole page, also when only a part of it asked (htmx would paste the sign-in page into the part)."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)

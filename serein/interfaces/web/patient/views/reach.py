"""How the clinic may reach me: by mail, by phone, at which hours, with or without a message."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import contact_choice
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page, render_form_page

from ..door import own_record


class ReachForm(PageForm):
    email = forms.BooleanField(
        label="You may send me short e-mails",
        required=False,
        help_text="They name no drug and no illness. You also say yes under What I agreed to.",
    )
    call = forms.BooleanField(label="You may call me", required=False)
    phone = forms.CharField(
        label="The number to call", required=False, widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"})
    )
    hours = forms.CharField(label="When may we call?", required=False, help_text="For example: on weekdays after 5 pm.")
    voicemail = forms.BooleanField(label="You may leave a message", required=False)
    words = forms.CharField(
        label="What else must we know?", required=False, help_text="For example: do not say who you are. My partner picks up."
    )


@desk("patient")
@once
def reach(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    now = contact_choice(chart)
    first = {name: getattr(now, name) for name in ReachForm.base_fields} if now else {"email": True}
    form = ReachForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        answer = access.choose_contact(chart, access.NewContactChoice(**form.cleaned_data))
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        if isinstance(answer, access.ContactChosen):
            messages.success(request, "Saved. Your care team sees it when they want to reach you.")
            return redirect("patient:home")
        for field, words in answer.by_field:
            form.add_error(field, words)
    return render_form_page(
        request, form, title="How we may reach you", template="patient/helper.html", button="Save", back=reverse("patient:home"),
        lead="Tell us what is safe for you. In an emergency your care team may still call you.",
    )  # fmt: skip

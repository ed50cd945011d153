"""Pages that exist only for tests: every part of the shell on one page, and a form that counts how often its deed was done."""

from datetime import date
from pathlib import Path

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from serein.interfaces.web.shell.desk import desk, signed_in
from serein.interfaces.web.shell.fields import CodeField, DateField, DateParts
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, render_form_page
from serein.interfaces.web.shell.parts import Action, Card, Cell, Column, Event, Input, Source, Table, TableRow, Verdict
from serein.interfaces.web.shell.second_factor import StepUpFields

DONE: list[dict[str, str]] = []


class Everything(PageForm):
    name = forms.CharField(label="Full name", widget=forms.TextInput({"autocomplete": "name"}), max_length=100)
    email = forms.EmailField(label="E-mail address", help_text="We write to it only about visits.")
    born = DateField(label="Date of birth", widget=DateParts(birthday=True), help_text="For example, March 27, 1985")
    weight_kg = forms.DecimalField(label="Weight in kilograms", required=False, max_digits=5, decimal_places=1)
    reason = forms.ChoiceField(
        label="Why are you here?",
        widget=forms.RadioSelect,
        choices=[("anxiety", "Severe anxiety"), ("spasm", "Muscle spasm"), ("other", "Something else")],
    )
    has = forms.MultipleChoiceField(
        label="Do you have any of these?",
        required=False,
        help_text="Choose all that fit.",
        widget=forms.CheckboxSelectMultiple,
        choices=[("apnoea", "Sleep apnoea"), ("lungs", "A disease of the lungs"), ("liver", "A disease of the liver")],
    )
    jurisdiction = forms.ChoiceField(label="State", choices=[("", "Choose"), ("US-CA", "California"), ("US-NY", "New York")])
    notes = forms.CharField(label="Anything else", required=False, widget=forms.Textarea({"rows": 4}))
    code = CodeField(label="Code", required=False)
    sure = forms.BooleanField(label="I checked the patient's name and date of birth", help_text="Ask for both.")


class Note(PageForm):
    text = forms.CharField(label="What happened?", widget=forms.Textarea, max_length=500)


class Sign(StepUpFields, PageForm):
    field_order = ["password", "second_factor"]


GUIDE = (Path(__file__).parent / "shell_guide.html").read_text()


def drawn(tier):
    return engines["django"].from_string("{% load shell %}{% tier t %}").render({"t": tier})


CARDS = [
    Card(
        level="stop",
        summary="Sleep apnoea is recorded, and no treatment of it",
        detail="The label of diazePAM forbids it with untreated sleep apnoea.",
        inputs=[Input("Sleep apnoea, active", "Condition, 03-Mar-2026")],
        sources=[
            Source("Diazepam tablets, label", "Contraindications", "https://example.org/label", "reported by a secondary source")
        ],
        suggestions=["Ask whether a machine is used at night."],
        actions=[Action("Open the record", "#main"), Action("Message", "#main", "Dr Lee")],
        code="sleep-apnoea",
    ),
    Card(
        "warn",
        "Opioid filled 17-Nov",
        "HYDROcodone 5 mg, 12 tablets. Together they slow breathing.",
        actions=[Action("Offer", "#main")],
    ),
]


def patients():
    rows = [
        ("now", "TORRES, Maria", "Fell yesterday", "12 mg"),
        ("today", "ABEBE, Daniel", "Asked to slow down: “shaky, not sleeping”", "30 mg"),
    ]
    return Table(
        "Patients sorted by how soon they need you",
        [Column("When"), Column("Patient"), Column("Why, and from where"), Column("A day", numeric=True)],
        [
            TableRow(
                [Cell(drawn(t)), Cell(name, "54 y", header=True), Cell(why, "Check-in today 08:10"), Cell(dose, style="num")], t
            )
            for t, name, why, dose in rows
        ],
        stack=True,
        hide_caption=True,
    )


def guide(request):
    wide = Table("Licences", [Column(f"Column {i}") for i in range(9)], [TableRow([Cell(f"Value number {i}") for i in range(9)])])
    checks = [(True, "Signature is valid"), (False, "Dispensed before")]
    context = {
        "title": "Guide",
        "form": Everything(request.POST or None),
        "cards": CARDS,
        "patients": patients(),
        "wide": wide,
        "good": Verdict("good", "Genuine, not yet dispensed", "Signed by Dr Ada Okafor, 22-Nov-2026 14:05."),
        "bad": Verdict("bad", "Do not dispense: already dispensed", "28-Nov-2026 10:12, Main St Pharmacy.", checks),
        "unknown": Verdict("unknown", "We cannot check right now: call"),
        "facts": [("Patient", "TORRES, Maria"), ("Medicine", "diazePAM 2 mg tablets"), ("Quantity", "42 (forty-two) tablets")],
        "events": [Event("19-Nov", "Step 5 started", "Dr Okafor"), Event("14-Nov", "Dispensed, 28 tablets", "Main St Pharmacy")],
    }
    status = 422 if request.method == "POST" and not context["form"].is_valid() else 200
    return HttpResponse(engines["django"].from_string(GUIDE).render(context, request), status=status)


@signed_in
@once
def note(request, who):
    form = Note(request.POST or None)
    if form.is_valid():
        DONE.append({"by": who.name, "text": form.cleaned_data["text"]})
        return HttpResponseRedirect("/note/done/")
    return render_form_page(request, form, title="Write a note", question=True)


@desk("clinician")
@once
def sign(request, who):
    form = Sign(request.POST or None)
    if form.is_valid() and (proof := form.prove_with(request, "digest")):
        DONE.append({"by": who.name, "proved": proof.digest})
        return HttpResponseRedirect("/note/done/")
    return render_form_page(
        request, form, title="Sign this prescription", template="shell/confirm.html", button="Sign", exact_text="diazepam 2 mg"
    )


def part(request):
    return HttpResponse('<h2 tabindex="-1" data-focus-after-swap>Not yet</h2>', status=422)


def boom(request):
    raise RuntimeError("a defect")


def raced(request):
    return changed_page(request, f"Somebody signed it on {date(2026, 11, 22):%d-%b-%Y}.")


urlpatterns = [
    path("guide/", guide),
    path("note/", note),
    path("note/done/", lambda request: render(request, "shell/base.html", {"title": "Done"})),
    path("sign/", sign),
    path("boom/", boom),
    path("part/", part),
    path("raced/", raced),
    path("interruption/", lambda request: render(request, "shell/interruption.html", {
        "title": "Call 911 now", "lines": ["You told us that you had a seizure (fit). This can be life-threatening."], "call": "911",
        "say": ["Do not drive."], "done": ["Your answer is stored."], "mistake": "/"})),
    path("", include("serein.config.urls")),
]  # fmt: skip
handler400 = "serein.interfaces.web.shell.views.bad_request"
handler403 = "serein.interfaces.web.shell.views.forbidden"
handler404 = "serein.interfaces.web.shell.views.not_found"
handler500 = "serein.interfaces.web.shell.views.failed"

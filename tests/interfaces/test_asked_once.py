"""What every page asks is asked by one statement, worked out once, or escaped as one text; it says the same as the long way."""

from dataclasses import fields
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from serein.foundation.people.models import Account, RoleGrant
from serein.foundation.people.persons import clinic_card, person, standing
from serein.foundation.rows import answer
from serein.interfaces.web.clinician.panel import Row
from serein.interfaces.web.clinician.templatetags.clinician import patient_rows
from tests.people import AT, FourPeople, four_people


@pytest.fixture
def people(db) -> FourPeople:
    return four_people()


@pytest.mark.parametrize("who", ["clinician", "pharmacist", "patient", "stranger"])
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
def test_an_account_read_by_its_key_tells_what_person_and_clinic_tell(people, who, later):
    known, at = getattr(people, who), AT + later
    RoleGrant(
        clinic_id=known.clinic_id, account_id=known.account_id, role="administrator", granted_at=AT + timedelta(days=30)
    ).save()
    assert standing(Account.objects.get(pk=known.account_id), at=at) == (
        person(known.account_id, at=at),
        clinic_card(known.clinic_id),
    )


def test_a_revoked_role_and_a_closed_account_count_for_nothing(people):
    account = people.clinician.account_id
    RoleGrant.objects.filter(account=account).update(revoked_at=AT)
    who, _ = standing(Account.objects.get(pk=account), at=AT)
    assert who is not None and not who.roles
    Account.objects.filter(pk=account).update(is_active=False)
    assert standing(Account.objects.get(pk=account), at=AT) == (None, None)


def test_an_account_found_by_its_address_is_asked_where_it_stands(people):
    found = Account.objects.get_by_natural_key(people.clinician.email)
    assert standing(found, at=AT)[0] == people.clinician


def test_a_statement_answers_alike_with_somebody_looking_on_and_without(people):
    asked, seen = "SELECT id, email FROM people_account WHERE id = %s", []

    def looks_on(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    alone = answer(asked, [people.patient.account_id])
    with connection.execute_wrapper(looks_on):
        assert answer(asked, [people.patient.account_id]) == alone == [(people.patient.account_id, people.patient.email)]
    assert seen == [asked]


def drawn(text: str, **context: object) -> str:
    return Template("{% load shell %}" + text).render(Context(context))


def test_an_address_without_arguments_is_worked_out_once_and_the_others_each_time(settings):
    assert drawn("{% url 'clinician:panel' %}") == reverse("clinician:panel")
    assert drawn("{% url name %}", name="shell:account") == reverse("shell:account")
    assert drawn("{% url 'clinician:chart' p %}", p=UUID(int=1)) == reverse("clinician:chart", args=[UUID(int=1)])
    assert drawn("{% url 'no:where' as here %}[{{ here }}]") == "[]"
    with pytest.raises(NoReverseMatch):
        drawn("{% url 'no:where' %}")
    settings.ROOT_URLCONF = "serein.interfaces.web.clinician.urls"
    with pytest.raises(NoReverseMatch):
        drawn("{% url 'clinician:panel' %}")


def test_every_value_of_a_row_is_escaped():
    hostile = "<b>\"'&"
    values = {f.name: hostile for f in fields(Row)} | {"patient_id": UUID(int=1), "tier": "now", "more": 2}
    page = patient_rows([Row(**values)], hostile)
    assert hostile not in page and "<b>" not in page
    assert page.count("&lt;b&gt;&quot;&#x27;&amp;") == 11, "caption, nine values, and the name once more in the button"

from django.db import migrations

from serein.foundation.people.walls import on_a_page


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_wards"), ("people", "0010_pages_of_lists")]

    operations = [
        on_a_page("evaluation_intake", "record"),
        on_a_page("evaluation_instrumentresult", "record"),
        on_a_page("evaluation_safetyanswer", "record"),
        on_a_page("evaluation_riskassessment", "record"),
    ]

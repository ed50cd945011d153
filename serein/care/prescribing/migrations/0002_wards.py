from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("prescribing", "0001_initial"), ("people", "0005_wards")]

    operations = [
        rewall("prescribing_draft", Ward("orders")),
        rewall("prescribing_check", Ward("orders")),
        rewall("prescribing_override", Ward("orders")),
        rewall("prescribing_prescription", Ward("prescriptions", slip_column="id")),
        rewall("prescribing_dispensing", Ward("prescriptions", slip_column="prescription_id")),
        rewall("prescribing_notdispensed", Ward("prescriptions", slip_column="prescription_id")),
        rewall("prescribing_cancellation", Ward("prescriptions", slip_column="prescription_id")),
    ]

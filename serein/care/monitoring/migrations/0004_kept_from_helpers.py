from django.db import migrations

from serein.foundation.people.walls import Ward, rewall

# Third wall: whether somebody who helps may see a line can be changed at any time; nothing else of it can.
MAY_KEEP = """
GRANT UPDATE (private) ON monitoring_doseentry, monitoring_checkin TO serein_app;
DROP TRIGGER finished_stays ON monitoring_checkin;
CREATE TRIGGER finished_stays BEFORE UPDATE OF id, clinic_id, patient_id, form_version, day, answers, flags, level, started_at, answered_at,
    finished_at, corrects_id ON monitoring_checkin FOR EACH ROW EXECUTE FUNCTION monitoring_finished_stays();
DROP TRIGGER undone_once ON monitoring_doseentry;
CREATE TRIGGER undone_once BEFORE UPDATE OF id, clinic_id, patient_id, plan_id, status, slot, dose_day, taken_at, parts, mg, reason, recorded_at,
    recorded_by_id, undone_at ON monitoring_doseentry FOR EACH ROW EXECUTE FUNCTION monitoring_undone_once();
"""


class Migration(migrations.Migration):
    """A bridge carries the plan past its end: whoever sees the plan without it would be told that there is no dose on those days."""

    dependencies = [
        ("monitoring", "0003_wards"),
    ]

    operations = [
        rewall("monitoring_bridge", Ward("plan")),
        migrations.RunSQL(MAY_KEEP, "REVOKE UPDATE (private) ON monitoring_doseentry, monitoring_checkin FROM serein_app"),
    ]

"""The acts of registering, licensing and consenting."""

from .clinics import FirstOfficer, Founded, NewClinic, found_clinic
from .consenting import Given, Withdrawn, give_consent, withdraw_consent
from .inviting import (
    Invited,
    NewPatient,
    NewStaff,
    Registered,
    invite_known_patient,
    invite_patient,
    invite_staff,
    register_patient,
)
from .licensing import (
    LicenceEnded,
    LicenceRecorded,
    LicenceVerified,
    NewLicence,
    PractitionerDetails,
    PractitionerKept,
    end_licence,
    keep_practitioner,
    record_licence,
    verify_licence,
)
from .registering import Accepted, accept_invitation
from .staffing import AccessEnded, end_access

__all__ = [
    "Accepted",
    "AccessEnded",
    "FirstOfficer",
    "Founded",
    "Given",
    "Invited",
    "LicenceEnded",
    "LicenceRecorded",
    "LicenceVerified",
    "NewClinic",
    "NewLicence",
    "NewPatient",
    "NewStaff",
    "PractitionerDetails",
    "PractitionerKept",
    "Registered",
    "Withdrawn",
    "accept_invitation",
    "end_access",
    "end_licence",
    "found_clinic",
    "give_consent",
    "invite_known_patient",
    "invite_patient",
    "invite_staff",
    "keep_practitioner",
    "record_licence",
    "register_patient",
    "verify_licence",
    "withdraw_consent",
]  # fmt: skip

"""Every address of the web: whose desk it is, and with which key. An address that has no row here is answered to nobody.

The middleware `only_known_doors` refuses what is missing; `desk` asks for the role, the key for the relation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase

from serein.foundation.people.models import Role
from serein.interfaces.web.costly import too_often
from serein.interfaces.web.shell.desk import now, person_of
from serein.interfaces.web.shell.pages import error_page
from serein.interfaces.web.shell.second_factor import STAFF
from serein.interfaces.web.shell.turned_away import turned_away

ANYBODY, SIGNED_IN = "anybody", "signed in"


@dataclass(frozen=True)
class Door:
    """`who`: anybody, signed in, or roles. `purpose`: of the key that the page makes, or none; it decides the relation."""

    who: frozenset[str]
    purpose: str = ""


def _doors(prefix: str, names: str, door: Door) -> dict[str, Door]:
    return {f"{prefix}{name}": door for name in names.split()}


_CLINICIAN, _CARE = frozenset({Role.CLINICIAN}), frozenset({Role.CLINICIAN, Role.TRAINEE})
_COMPLIANCE, _PATIENT, _PHARMACIST = frozenset({Role.COMPLIANCE}), frozenset({Role.PATIENT}), frozenset({Role.PHARMACIST})

DOORS: dict[str, Door] = {
    **_doors("shell:", "door invitation open_invitation carry_on throw_away", Door(frozenset({ANYBODY}))),
    **_doors("shell:", "account second_factor stay where", Door(frozenset({SIGNED_IN}))),
    **_doors("shell:", "own_identity own_identity_leave own_identity_begin own_identity_return", Door(STAFF)),
    **_doors("clinician:", "panel", Door(_CARE, "my patients")),
    **_doors("clinician:", "invite invited", Door(_CLINICIAN, "invite patient")),
    **_doors("clinician:", "rights ask_right lost approve_right end_right", Door(_CLINICIAN, "right to sign")),
    **_doors("clinician:", "rota", Door(_CLINICIAN, "on the rota")),
    **_doors("clinician:", "emergency emergency_open", Door(_CLINICIAN, "find for an emergency")),
    **_doors("clinician:", "own_notes", Door(_CLINICIAN, "psychotherapy notes")),
    **_doors("clinician:", "receive", Door(_CLINICIAN, "import record")),
    **_doors("clinician:", "offered offered_accept offered_decline", Door(_CLINICIAN, "handover")),
    **_doors(
        "clinician:",
        """chart team team_leave emergency_close taper_existing
        taper_start taper_as_needed taper_unprescribed supervised supervised_begin supervised_look supervised_give supervised_end
        handover handover_send handover_withdraw handover_accepted handover_paper handover_document received received_look watch levels
        segment identity
        enter_level level_right level_wrong picture review bridge contact birth_date risk plan plans send_plan withdraw_plan prescribe draft
        discard check sign taper taper_plan taper_switch taper_stop
        taper_send taper_withdraw taper_hold taper_happened taper_lost taper_resume taper_answered
        taper_prescribe_hold taper_calendar taper_go_on taper_confirm taper_prescribe prescription cancel copy""",
        Door(_CARE, "care"),
    ),
    **_doors(
        "patient:",
        """home consents consent begin question remove check answers safety again plan prescriptions copy card card_file taper taper_calendar
        taper_confirm taper_calendar_file taper_check taper_ready level doses log use undo dose_advice dose check_in check_in_check
        check_in_advice check_in_question feelings looks helpers add_helper helper keep passing_on take_back
        reach identity identity_leave identity_begin identity_return""",
        Door(_PATIENT, "own record"),
    ),
    # Open to whoever signs in, so that the page of somebody with whom nothing is shared any more is that of anybody.
    **_doors("helping:", "home accept", Door(frozenset({SIGNED_IN}))),
    **_doors("helping:", "person dose use", Door(frozenset({SIGNED_IN}), "caregiving")),
    **_doors("pharmacist:", "enter dispense dispensed decline", Door(_PHARMACIST, "dispense")),
    **_doors("", "rx rx_in_capitals", Door(frozenset({ANYBODY}), "verdict")),
    **_doors("", "calendar calendar_code calendar_code_in_capitals", Door(frozenset({ANYBODY}))),
    **_doors("", "jwks", Door(frozenset({ANYBODY}))),
    **_doors(
        "compliance:",
        """people invite invited person details identity end_access record_licence verify_licence end_licence suspend_licence lift_suspension
        recheck_licence looks seen_by_hand enter_grant end_grant lost reopen rota end_rota""",
        Door(_COMPLIANCE, "people and licences"),
    ),
    **_doors("compliance:", "affected", Door(_COMPLIANCE, "patients affected")),
    **_doors("compliance:", "emergencies review_emergency", Door(_COMPLIANCE, "emergencies")),
    **_doors("system:", "state", Door(frozenset({Role.ADMINISTRATOR}), "the system")),
    **_doors("compliance:", "trail", Door(_COMPLIANCE, "trail")),
    **_doors("compliance:", "knowledge", Door(_COMPLIANCE)),
    # What signs people in and keeps their factors comes with allauth; it asks for the session itself.
    **_doors(
        "",
        """account_login account_reset_password account_reset_password_done account_reset_password_from_key
        account_reset_password_from_key_done account_inactive mfa_authenticate mfa_login_webauthn account_logout account_confirm_email
        account_email_verification_sent account_confirm_login_code account_signup account_email""",
        Door(frozenset({ANYBODY})),
    ),
    **_doors(
        "",
        """account_reauthenticate account_change_password account_set_password mfa_index mfa_reauthenticate mfa_activate_totp
        mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn
        mfa_reauthenticate_webauthn mfa_remove_webauthn mfa_edit_webauthn""",
        Door(frozenset({SIGNED_IN})),
    ),
    **_doors("shell:", "no_signup no_email no_confirm_email", Door(frozenset({ANYBODY}))),
    **_doors("shell:", "activate_totp add_webauthn", Door(frozenset({SIGNED_IN}))),
}


def _slower(request: HttpRequest) -> HttpResponseBase:
    turned_away(request, person_of(request), now(request), "too-often")
    says = "You asked for this very often within a few minutes. Nothing was done. Wait five minutes, then try again."
    return error_page(request, HTTPStatus.TOO_MANY_REQUESTS, says=says)


def only_known_doors(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse an address that the table does not name, before its view runs."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, *_: object) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is not None and match.view_name in DOORS:
            return _slower(request) if too_often(request, match.view_name) else None
        turned_away(request, person_of(request), now(request), "no-door")
        return error_page(request, HTTPStatus.FORBIDDEN, says="This page is not open to anybody yet.", code="no-door")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware

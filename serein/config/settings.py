"""Settings. Everything a clinic may change comes from the environment; `serein up` sets it for its children."""

import os

from .ages import ages_of_majority
from .database import serving_database
from .identity import providers_at
from .log import logging_settings
from .place import here
from .sessions import session_limits

STATE = here().folder
DEMONSTRATION = os.environ.get("SEREIN_DEMONSTRATION", "") == "1"
SECRET_KEY = os.environ.get("SEREIN_SECRET_KEY") or here().kept_secrets()["django"]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SEREIN_HOSTS", "localhost").split(",")
BASE_URL = os.environ.get("SEREIN_BASE_URL", "http://localhost:8000")

# Who serves: the app role, which the walls hold. `config.migrate` alone connects as the owner.
DATABASES = {"default": serving_database()}

INSTALLED_APPS = [
    "serein.interfaces.web.shell",  # first: its templates stand in for those of django.forms and allauth
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "serein.foundation.people",
    "serein.foundation.tasks",
    "serein.foundation.audit",
    "serein.foundation.outbox",
    "serein.care.access",
    "serein.care.visits",
    "serein.care.evaluation",
    "serein.care.planning",
    "serein.care.prescribing",
    "serein.care.monitoring",
    "serein.care.tapering",
    "serein.care.continuity",
    "serein.interfaces.web.patient",
    "serein.interfaces.web.clinician",
    "serein.interfaces.web.pharmacist",
    "serein.interfaces.web.compliance",
    "serein.interfaces.web.system",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "serein.interfaces.web.shell.middleware.hostile_input",  # before sessions: a cookie's text goes to the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "serein.interfaces.web.shell.middleware.no_store",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "serein.interfaces.web.shell.middleware.at_and_person",
    "serein.interfaces.web.shell.middleware.still_here",  # asks who it is: staff and patients have other limits
    "serein.interfaces.web.shell.middleware.keep_typed",  # before CSRF: what it keeps is signed, and a dead session has no token to compare
    "django.middleware.csrf.CsrfViewMiddleware",
    "serein.interfaces.web.shell.middleware.second_factor",
    "serein.interfaces.web.doors.only_known_doors",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "serein.interfaces.web.shell.middleware.FoundWanting",
]

ROOT_URLCONF = "serein.config.urls"
WSGI_APPLICATION = "serein.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "serein.interfaces.web.shell.context.shell",
            ]
        },
    }
]

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "serein.interfaces.web.shell.passwords.NoLocalWords"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up: people come by an invitation sent to that address

ACCOUNT_ADAPTER = "serein.interfaces.web.shell.adapters.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_FORMS = {
    "login": "serein.interfaces.web.shell.account_forms.Login",
    "reset_password": "serein.interfaces.web.shell.account_forms.ResetPassword",
}
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds: a letter that nobody opened for an hour is asked for again
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
MFA_ADAPTER = "serein.interfaces.web.shell.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "serein.interfaces.web.shell.account_forms.Authenticate",
    "reauthenticate": "serein.interfaces.web.shell.account_forms.Reauthenticate",
    "activate_totp": "serein.interfaces.web.shell.account_forms.ActivateTotp",
    "add_webauthn": "serein.interfaces.web.shell.account_forms.AddWebAuthn",
    "login_webauthn": "serein.interfaces.web.shell.account_forms.LoginWebAuthn",
    "authenticate_webauthn": "serein.interfaces.web.shell.account_forms.AuthenticateWebAuthn",
    "reauthenticate_webauthn": "serein.interfaces.web.shell.account_forms.ReauthenticateWebAuthn",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a key without its PIN or fingerprint is one factor, and anybody's who finds it
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://localhost:")
MFA_TOTP_ISSUER = "Serein"

# Not in a cookie of its own: a message may name a patient.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "serein_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "serein.interfaces.web.shell.forms.Renderer"
CSRF_FAILURE_VIEW = "serein.interfaces.web.shell.views.csrf_failed"

# Hashed and compressed names once `collect_static` has made them (at the first start), the plain files before that.
STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is uploaded
    "staticfiles": {
        "BACKEND": "serein.interfaces.web.shell.collect.HashedFiles"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED

# Nothing but what we serve ourselves, no inline anything. Data blocks (`type="application/json"`) are no scripts.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
HTTPS = BASE_URL.startswith("https://")
# TLS ends at a proxy in front, which must set both headers itself and pass none on that a client sent (docs: how to put a proxy in front).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
# Programs read this one; led on, they would never learn that they asked in the clear. The view refuses them.
SECURE_REDIRECT_EXEMPT = [r"^\.well-known/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Serein has a host name of its own (docs/decisions/0029), so what lies below it is its own as well.
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and os.environ.get("SEREIN_HSTS_SUBDOMAINS", "1") != "0"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "serein.interfaces.web.shell.session_store"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
# Minutes without a page and minutes in all, by role. `middleware.still_here` holds them; the cookie and its row live longer, so that
# whoever comes back after the end is told so, has what the browser kept cleared, and is on the trail.
SEREIN_SESSIONS = session_limits(os.environ.get("SEREIN_SESSIONS", ""))
SESSION_COOKIE_AGE = 60 * max(whole for _, whole in SEREIN_SESSIONS.values())
# From which birthday patients decide for themselves, by jurisdiction, each with its source. Not named: unknown, and said so.
SEREIN_AGES_OF_MAJORITY = ages_of_majority(os.environ.get("SEREIN_AGES_OF_MAJORITY", ""))
# Who may prove to us who somebody is (docs: how to let people prove who they are). What cannot be read stops the start.
SEREIN_IDENTITY_PROVIDERS = {p.name: p for p in providers_at(here(), plain=BASE_URL.startswith("http://localhost:"))}
X_FRAME_OPTIONS = "DENY"

# Measured against what people type: a long note is 50 kB. Imported records come by the command line.
SEREIN_MAX_BODY_BYTES = 2_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = SEREIN_MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Where each role starts, in the order of precedence for somebody who has several.
SEREIN_DESKS = {
    "clinician": "/clinic/",
    "trainee": "/clinic/",
    "pharmacist": "/pharmacy/",
    "compliance": "/compliance/",
    "administrator": "/system/",
    "patient": "/me/",
    "caregiver": "/helping/",
}

# The web's one clock (interfaces/web/shell): a dotted path to a callable that returns an aware datetime.
SEREIN_CLOCK = os.environ.get("SEREIN_CLOCK", "django.utils.timezone.now")

# Without a mail server letters become files in the folder `outbox` of the state; in a demonstration always.
# What signs prescriptions: dotted path of a class with the methods of care.prescribing.signer.Signer (a key file; PKCS#11 or KMS instead of it).
SEREIN_SIGNER = os.environ.get("SEREIN_SIGNER", "serein.care.prescribing.signer.KeyFile")
SEREIN_SMTP_URL = os.environ.get("SEREIN_SMTP_URL", "")
SEREIN_MAIL_FROM = os.environ.get("SEREIN_MAIL_FROM", "Serein <serein@localhost>")
EMAIL_BACKEND = "serein.interfaces.courier.mail.Backend"
DEFAULT_FROM_EMAIL = SEREIN_MAIL_FROM
PROCRASTINATE_IMPORT_PATHS = ["serein.interfaces.courier.tasks", "serein.interfaces.web.shell.tasks", "serein.config.schedule"]
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}

LOGGING = logging_settings()

"""Settings. Everything a clinic may change comes from the environment; `serein up` sets it for its children."""

import os

from .database import serving_database
from .place import here

STATE = here().folder
DEMONSTRATION = os.environ.get("SEREIN_DEMONSTRATION", "") == "1"
SECRET_KEY = os.environ.get("SEREIN_SECRET_KEY") or here().kept_secrets()["django"]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SEREIN_HOSTS", "localhost").split(",")
BASE_URL = os.environ.get("SEREIN_BASE_URL", "http://localhost:8000")

# Who serves: the app role, which the walls hold. `config.migrate` alone connects as the owner.
DATABASES = {"default": serving_database()}

INSTALLED_APPS = [
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
    "serein.interfaces.web.shell",
    "serein.interfaces.web.patient",
    "serein.interfaces.web.clinician",
    "serein.interfaces.web.pharmacist",
    "serein.interfaces.web.compliance",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up: people come by an invitation sent to that address

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "serein_cache"}}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"

# The web's one clock (interfaces/web/shell): a dotted path to a callable that returns an aware datetime.
SEREIN_CLOCK = os.environ.get("SEREIN_CLOCK", "django.utils.timezone.now")

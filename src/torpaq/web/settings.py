"""Settings of the desk.

What differs between programmes comes from four environment variables:

``TORPAQ_PROGRAMME``      the programme's folder: ``programme.sqlite3``, ``secret_key``, ``derived/``
``TORPAQ_DATABASE_URL``   ``postgresql://…`` for a national programme; without it the folder's SQLite file is used
``TORPAQ_DATABASE_ROLE``  PostgreSQL only: the role to act as (``torpaq_app``: owns nothing, may only add to the ledger)
``TORPAQ_HOSTS``          host names to answer to, separated by blanks; the loopback names without it
"""

import os
import secrets
from pathlib import Path

from torpaq.web.database_url import database_settings

HERE = Path(__file__).parent
PROGRAMME = Path(os.environ.get("TORPAQ_PROGRAMME") or "programmes/demo").absolute()
DERIVED = PROGRAMME / "derived"
HOSTS = os.environ.get("TORPAQ_HOSTS", "").split()
BEHIND_TLS = bool(HOSTS)


def secret_key() -> str:
    """Return the programme's own key, kept readable for its owner alone; a passing one where no programme is."""
    path = PROGRAMME / "secret_key"
    return path.read_text(encoding="ascii") if path.exists() else secrets.token_urlsafe(48)


SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = HOSTS or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "torpaq.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "torpaq.web.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "torpaq.web.urls"
WSGI_APPLICATION = "torpaq.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "desk": "torpaq.web.desk.templatetags.desk",
                "operations": "torpaq.web.desk.templatetags.operations",
                "standing": "torpaq.web.desk.templatetags.standing",
                "tasks": "torpaq.web.desk.templatetags.tasks",
                "work": "torpaq.web.desk.templatetags.work",
                "quality": "torpaq.web.desk.templatetags.quality",
                "risk": "torpaq.web.desk.templatetags.risk",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "torpaq.web.programme_row.programme_context",
            ],
        },
    },
]

DATABASES = {
    "default": database_settings(
        os.environ.get("TORPAQ_DATABASE_URL", ""), PROGRAMME, os.environ.get("TORPAQ_DATABASE_ROLE", "")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "torpaq_web.Account"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"

LANGUAGE_CODE = "en"
LANGUAGES = [("az", "Azərbaycanca"), ("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = False  # a hidden field must say 1234; what people read is grouped by filters
USE_TZ = True
TIME_ZONE = "Asia/Baku"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "torpaq.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a completion report has some twenty for each item that was found
DATA_UPLOAD_MAX_NUMBER_FILES = 128  # ODK Collect sends up to 102 at once

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"keys": {"()": "torpaq.web.field.log.HideKeys"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["keys"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}

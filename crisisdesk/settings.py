"""All settings. What an installation may change is read from the environment by the strict readers below; nothing else
reads the environment, and ``manage.py environment`` prints the table of every variable for the docs."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from crisisdesk import embedded
from crisisdesk.environment import Environment, data_dir, parse_postgresql

env = Environment(os.environ)

# Lets code say ModelForm[User] and ModelAdmin[Case], which type checkers understand and Django does not.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_dir(env)

DEBUG = env.yes_no("DEBUG", False, "Development: pages show tracebacks, files are served from the source.")


def _secret_key() -> str:
    given = env.secret("SECRET_KEY", "Signs sessions and links; 50 characters or more.", default="made at first start")
    if given:
        if len(given) < 50:
            raise ImproperlyConfigured("SECRET_KEY is too short: use 50 random characters or more.")
        return given
    path = embedded.make_folder(DATA_DIR) / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()

# --- Address --------------------------------------------------------------------------------------
PORT = env.integer("PORT", 8000, "Port of the web server started by `make run`.", least=1, most=65535)
LISTEN = env.text("LISTEN", "127.0.0.1", "Address the web server started by `make run` listens on.")
BASE_URL = env.address(
    "BASE_URL", f"http://127.0.0.1:{PORT}", "Address people reach CrisisDesk at; used in mails and feeds."
)
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"), "Host names CrisisDesk answers to.")
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS", (), "Further addresses forms may be sent from.")
HTTPS = BASE_URL.startswith("https://")

# --- Apps -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "crisisdesk.core.apps.CoreConfig",
    "cases.apps.CasesConfig",
    "cases.monitoring.apps.MonitoringConfig",
    "comms.apps.CommsConfig",
    "training.apps.TrainingConfig",
    "crisisdesk.desk.apps.DeskConfig",
    "crisisdesk.core.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "crisisdesk.core.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "crisisdesk.core.web.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crisisdesk.core.web.middleware.PrincipalMiddleware",
    "crisisdesk.core.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "crisisdesk.core.web.middleware.RequestSizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "crisisdesk.core.web.middleware.FailureMiddleware",
    "crisisdesk.core.web.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "crisisdesk.urls"
WSGI_APPLICATION = "crisisdesk.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "crisisdesk" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crisisdesk.desk.context.desk",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------
# Two roles: the application owns nothing; the owner only migrates and grants (manage.py chooses by command).
DATABASE_ROLE = env.text(
    "DATABASE_ROLE",
    "application",
    "Role this process works as; manage.py sets it for `migrate` and `dbroles`.",
    choices=("application", "owner"),
)


def _database() -> dict[str, Any]:
    default = "the embedded server"
    application = env.postgresql(
        "DATABASE_URL", "PostgreSQL (15+) as the application role, which owns nothing.", default=default
    )
    owner = env.postgresql(
        "DATABASE_OWNER_URL",
        "The same database as its owner, for migrations; it may install extensions.",
        default=default,
    )
    if application is None and owner is not None:
        raise ImproperlyConfigured("DATABASE_OWNER_URL is set and DATABASE_URL is not: give both, or neither.")
    if application is None:
        addresses = embedded.Addresses(DATA_DIR)
        application = parse_postgresql("DATABASE_URL", addresses.postgresql(embedded.APPLICATION))
        owner = parse_postgresql("DATABASE_OWNER_URL", addresses.postgresql(embedded.OWNER))
    if owner is not None and (owner["NAME"], owner["USER"]) == (application["NAME"], application["USER"]):
        raise ImproperlyConfigured("DATABASE_URL and DATABASE_OWNER_URL name the same role; they must be two.")
    chosen = application
    if DATABASE_ROLE == "owner":
        if owner is None:
            raise ImproperlyConfigured("DATABASE_OWNER_URL is needed: this command works as the owner of the database.")
        chosen = owner
    return chosen | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "APPLICATION_ROLE": application["USER"],
        "OWNER": owner,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEMO = env.yes_no(
    "DEMO",
    "postgresql" in embedded.missing(os.environ),
    "`make run` installs a fictitious organisation and prints its log-ins. Given a database of your own, it does not.",
)

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "desk:home"
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "crisisdesk.core.web.error_pages.csrf_failure"

# Sign-in is django-allauth's: e-mail and password, one-time codes, passkeys. Nobody signs up; administrators invite.
ACCOUNT_ADAPTER = "crisisdesk.core.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"change_password": "crisisdesk.core.accounts.forms.ChangePasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "crisisdesk.core.accounts.adapters.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
REAUTHENTICATION_MINUTES = 5
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATION_MINUTES * 60  # seconds
# Limits by address and for one-time codes; tries of passwords are counted by the adapter, exactly and for all faces.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/10m/key", "change_password": "10/10m/user"}
MFA_ADAPTER = "crisisdesk.core.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from administrators
MFA_TOTP_ISSUER = "CrisisDesk"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds, for clocks of phones
REQUIRE_MFA = env.yes_no(
    "REQUIRE_MFA", True, "People who approve, publish or administer need a second factor. Only the demo does without."
)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
# Two checkouts on one machine share the host name: the port keeps their cookies apart.
_PREFIX = "__Host-" if HTTPS else ""
_SUFFIX = "" if HTTPS else f"-{PORT}"
SESSION_COOKIE_NAME = f"{_PREFIX}session{_SUFFIX}"
CSRF_COOKIE_NAME = f"{_PREFIX}csrf{_SUFFIX}"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}language{_SUFFIX}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Transport ------------------------------------------------------------------------------------
if env.yes_no(
    "TRUST_PROXY",
    False,
    "A proxy in front sets X-Forwarded-Proto, drops the one sent by clients, and adds the client to X-Forwarded-For.",
):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000  # bytes; texts of 1 MB arrive and are refused by their action with a reason

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("cs", _("Czech")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "crisisdesk" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Prague", "Time zone of pages and mails; everything is stored in UTC.")

# --- Cache ----------------------------------------------------------------------------------------
# Limits and used one-time codes, which every process must know: in the database, since there is no shared memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- Files people hand in -------------------------------------------------------------------------
# Bytes lie in the folder or the bucket, what is known of them in the database; nothing is served from there directly.
_S3 = env.s3("FILES_URL", "Bucket for uploaded files in S3-compatible storage.", default="the folder DATA_DIR/files")


def folder_storage(path: Path) -> dict[str, Any]:
    """Files in a folder that only the desk's own user reads."""
    rights = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {"BACKEND": "crisisdesk.core.files.storage.Folder", "OPTIONS": {"location": path, **rights}}


def bucket_storage(options: dict[str, object]) -> dict[str, Any]:
    """Files in a bucket. `max_memory_size` in bytes: what is read beyond it waits on the disk, not in memory."""
    fixed = {
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": False,
        "max_memory_size": 1_000_000,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **fixed}}


MOST_REQUEST_BYTES = 11_000_000  # a whole file of 10 MB with its form; larger ones come in parts
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# --- Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "files": bucket_storage(_S3) if _S3 else folder_storage(DATA_DIR / "files"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"

# --- Mail -----------------------------------------------------------------------------------------
_SMTP = env.smtp("EMAIL_URL", "Mail server.", default="mails are written to files in DATA_DIR/mail")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _SMTP else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10  # seconds
if _SMTP:
    EMAIL_HOST = str(_SMTP["EMAIL_HOST"])
    EMAIL_PORT = int(str(_SMTP["EMAIL_PORT"]))
    EMAIL_HOST_USER = str(_SMTP["EMAIL_HOST_USER"])
    EMAIL_HOST_PASSWORD = str(_SMTP["EMAIL_HOST_PASSWORD"])
    EMAIL_USE_TLS = bool(_SMTP["EMAIL_USE_TLS"])
    EMAIL_USE_SSL = bool(_SMTP["EMAIL_USE_SSL"])
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "crisisdesk@localhost", "Sender of mails to colleagues.")

# --- Outgoing requests ----------------------------------------------------------------------------
FETCH_ALLOW_NETWORKS = env.networks(
    "FETCH_ALLOW_NETWORKS", "Networks that feeds may be read from besides the public internet, such as 10.20.0.0/16."
)

# --- Background work ------------------------------------------------------------------------------
# The database holds all work that is due; the broker only wakes workers early. Losing it costs delay, nothing else.
CELERY_BROKER_URL = (
    env.secret("CELERY_BROKER_URL", "Broker (Valkey, Redis or RabbitMQ).", default="the embedded Valkey")
    or embedded.Addresses(DATA_DIR).broker()
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers wait for a broker that is away; pages do not (core/wake.py)
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300  # seconds
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
DUE_SECONDS = 2.0
# One entry for each table of due rows: {"deliveries": {"task": "comms.send_due", "schedule": DUE_SECONDS}}.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "notifications": {"task": "core.send_notifications", "schedule": DUE_SECONDS},
    "roles on brands": {"task": "core.turn_memberships", "schedule": DUE_SECONDS},
    "clocks": {"task": "cases.breach_clocks", "schedule": DUE_SECONDS},
    "feeds": {"task": "monitoring.poll_due", "schedule": DUE_SECONDS},
    "role offers": {"task": "cases.lapse_offers", "schedule": DUE_SECONDS},
    "deliveries": {"task": "comms.send_due", "schedule": DUE_SECONDS},
    "scheduled statements": {"task": "comms.publish_scheduled", "schedule": DUE_SECONDS},
    "approval stages": {"task": "comms.widen_stages", "schedule": DUE_SECONDS},
    "reviews of signed texts": {"task": "comms.remind_reviews", "schedule": DUE_SECONDS},
    "subscriptions": {"task": "comms.ask_subscribers", "schedule": DUE_SECONDS},
    "tidying": {"task": "core.tidy", "schedule": 3600.0},
    "files": {"task": "core.sweep_files", "schedule": 3600.0},
}
for _entry in CELERY_BEAT_SCHEDULE.values():
    # A tick that no worker took is worth nothing later: the next one does its work.
    _entry["options"] = {"expires": 5 * _entry["schedule"]}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps nothing: what is due stands in the database

# --- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crisisdesk.core.api.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["crisisdesk.core.api.auth.DeskPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["crisisdesk.core.api.auth.TokenThrottle"],
    "DEFAULT_PARSER_CLASSES": ["crisisdesk.core.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "crisisdesk.core.api.schema.DeskSchema",
    "EXCEPTION_HANDLER": "crisisdesk.core.api.errors.handle",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "CrisisDesk",
    "DESCRIPTION": "Everything the web interface can do, with the same rules, roles and log.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["crisisdesk.core.api.auth.DeskPermission"],
    "AUTHENTICATION_WHITELIST": ["crisisdesk.core.api.auth.TokenAuthentication"],
    "POSTPROCESSING_HOOKS": [
        "crisisdesk.core.api.schema.add_problem",
        "crisisdesk.core.api.examples.add_examples",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
}

# --- History --------------------------------------------------------------------------------------
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# --- Logging --------------------------------------------------------------------------------------
LOG_LEVEL = env.text("LOG_LEVEL", "INFO", "Least level that is logged.", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "crisisdesk.core.web.request_id.RequestIdFilter"},
        "once_per_minute": {"()": "crisisdesk.celery.OncePerMinute"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": LOG_LEVEL, "propagate": False},
        # Statements carry what people wrote: never below a warning, whatever LOG_LEVEL says.
        "django.db.backends": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "celery.beat": {"filters": ["once_per_minute"]},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}

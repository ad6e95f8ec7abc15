"""Settings, all from the environment; a missing value stops the start with a sentence (see .env.example)."""

from datetime import date, timedelta
from pathlib import Path

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()
if (ROOT / ".env").exists():
    env.read_env(ROOT / ".env")

# --- what kind of installation this is ---------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # 架空データ: demo accounts log in by password alone
STATE_DIR = Path(env.str("TC_STATE", default=str(ROOT / "var"))).resolve()
DEMO_KEY = "demo-only-key-never-for-a-city"  # published with the sources
SECRET_KEY = env.str("SECRET_KEY", default=DEMO_KEY if DEMO or DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY が設定されていません。.env.example を見て環境変数に設定してください。")
if SECRET_KEY == DEMO_KEY and not (DEMO or DEBUG):
    raise ImproperlyConfigured(
        "SECRET_KEY が公開されている見本のままです。.env.example の作り方で新しく作ってください。"
    )
HTTPS = env.bool("HTTPS", default=not (DEMO or DEBUG))
if DEMO and HTTPS:
    raise ImproperlyConfigured("DEMO=1 は本番設定（HTTPS=1）では使えません。どちらかを外してください。")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

CITY_NAME = env.str("CITY_NAME", default="豊田市")
_base_date = env.str("BASE_DATE", default="2026-11-20" if DEMO else "")
BASE_DATE = date.fromisoformat(_base_date) if _base_date else None  # 基準日; None follows the calendar

# --- applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "toyota_collect.apps.ToyotaCollectConfig",
    "debtors.apps.DebtorsConfig",
    "claims.apps.ClaimsConfig",
    "notices.apps.NoticesConfig",
    "welfare.apps.WelfareConfig",
    "lawyers.apps.LawyersConfig",
    "toyota_collect.apps.ReferenceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "import_export",
    "django_celery_beat",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "toyota_collect.middleware.text_that_can_be_kept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "toyota_collect.middleware.second_factor_required",
    "toyota_collect.middleware.no_store",
    "pghistory.middleware.HistoryMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "toyota_collect.urls"
WSGI_APPLICATION = "toyota_collect.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["toyota_collect.templatetags.tc"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "toyota_collect.context.shell",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORMS_URLFIELD_ASSUME_HTTPS = True

# --- database, broker, cache --------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///toyota_collect")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Tokyo"
CELERY_BEAT_SCHEDULE = {
    "seal-the-ledger": {"task": "claims.tasks.seal_ledger", "schedule": timedelta(minutes=5)},
    "count-the-board": {"task": "claims.tasks.count_board", "schedule": timedelta(minutes=5)},
    "count-the-closing": {"task": "claims.tasks.count_closing", "schedule": timedelta(hours=1)},
    "count-the-performance": {"task": "claims.tasks.count_performance", "schedule": timedelta(hours=1)},
    "sweep-imports": {"task": "claims.tasks.sweep_imports", "schedule": timedelta(minutes=1)},
    "sweep-receipt-files": {"task": "claims.tasks.sweep_receipt_files", "schedule": timedelta(minutes=5)},
    "look-after-exports": {"task": "claims.tasks.look_after_exports", "schedule": timedelta(minutes=15)},
    "look-after-extractions": {"task": "debtors.tasks.look_after_extractions", "schedule": timedelta(minutes=15)},
    "look-after-payments": {"task": "claims.tasks.look_after_payments", "schedule": timedelta(hours=6)},
    "look-after-holds": {"task": "claims.tasks.look_after_holds", "schedule": timedelta(hours=6)},
    "find-who-is-who": {"task": "debtors.tasks.find_questions", "schedule": crontab(hour=4, minute=0)},
    "assign-new-people": {"task": "debtors.tasks.assign_new_people", "schedule": crontab(minute=20)},
    "watch-plans": {"task": "claims.tasks.watch_plans", "schedule": crontab(hour=5, minute=30)},
    "find-hardship": {"task": "welfare.tasks.find_hardship", "schedule": crontab(hour=4, minute=40)},
    "serve-public-notices": {"task": "notices.tasks.serve_public_notices", "schedule": timedelta(hours=6)},
    "watch-lawyers-cases": {"task": "lawyers.tasks.watch_cases", "schedule": crontab(hour=5, minute=50)},
    "sweep-packets": {"task": "lawyers.tasks.sweep_packets", "schedule": timedelta(minutes=5)},
    "sweep-print-runs": {"task": "notices.tasks.sweep", "schedule": timedelta(minutes=2)},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
MEDIA_ROOT = STATE_DIR / "files"
LETTER_FONTS = ROOT / "notices" / "letter" / "fonts"  # of other languages, for documents of every app
INTAKE_DIR = Path(env.str("INTAKE_DIR", default=str(STATE_DIR / "inbox"))).resolve()  # where extracts are placed

PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")

# --- language, time, static -----------------------------------------------------------------------
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(STATE_DIR / "static"))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HTTPS
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HTTPS

# --- people and their log-in -----------------------------------------------------------------------
AUTH_USER_MODEL = "toyota_collect.User"
AUTHENTICATION_BACKENDS = ["toyota_collect.login.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "toyota_collect.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/5m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a code typed as its 30 seconds end still holds (RFC 6238 section 5.2)
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- the wire ----------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads the cookie
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, without the proxy in front
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"fontTools": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}, "pikepdf": {"level": "WARNING"}},
}

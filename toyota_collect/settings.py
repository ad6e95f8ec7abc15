"""Settings, all from the environment; a missing value stops the start with a sentence (see .env.example)."""

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()  # NAME_FILE, where it is set, names the file that holds NAME: a secret of the containers
if (ROOT / ".env").exists():
    env.read_env(ROOT / ".env")

# --- what kind of installation this is ---------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # 架空データ: demo accounts log in by password alone
STATE_DIR = Path(env.str("TC_STATE", default=str(ROOT / "var"))).resolve()
DEMO_KEY = "demo-only-key-never-for-a-city"  # published with the sources
SECRET_KEY = env.str("SECRET_KEY", default=DEMO_KEY if DEMO or DEBUG else "").strip()  # a file ends its line
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
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)  # only then are its headers believed
METRICS_TOKEN = env.str(
    "METRICS_TOKEN", default=""
).strip()  # of the city's monitoring; without it there is no /metrics

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
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "import_export",
    "django_celery_beat",
]
MIDDLEWARE = [
    "toyota_collect.request_id.request_id",
    "toyota_collect.metrics.measured",
    "toyota_collect.middleware.address_behind_proxy",
    "toyota_collect.middleware.on_every_answer",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "toyota_collect.middleware.text_that_can_be_kept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "toyota_collect.middleware.session_limits",
    "toyota_collect.middleware.second_factor_required",
    "toyota_collect.request_id.ActingUser",
    "toyota_collect.request_id.History",
    "allauth.account.middleware.AccountMiddleware",
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
if _password := env.str("DATABASE_PASSWORD", default="").strip():
    DATABASES["default"]["PASSWORD"] = _password
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
if _password := env.str("REDIS_PASSWORD", default="").strip():
    REDIS_URL = REDIS_URL.replace("://", f"://:{quote(_password, safe='')}@", 1)
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
    "seal-the-logs": {"task": "toyota_collect.tasks.seal_logs", "schedule": timedelta(minutes=5)},
    "put-the-anchor-aside": {"task": "toyota_collect.tasks.put_anchor_aside", "schedule": timedelta(hours=1)},
    "prove-the-logs": {"task": "toyota_collect.tasks.prove_logs", "schedule": crontab(hour=3, minute=20)},
    "watch-looks": {"task": "debtors.tasks.watch_looks", "schedule": crontab(hour=3, minute=40)},
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
# The day's last link of each hash chain: what only lies outside the database proves that no chain was made anew.
ANCHOR_DIR = Path(env.str("ANCHOR_DIR", default=str(STATE_DIR / "anchors"))).resolve()
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(STATE_DIR / "backups"))).resolve()
BACKUP_RECIPIENTS = env.list(
    "BACKUP_RECIPIENTS", default=[]
)  # age1…: who can open backups; the secret keys lie elsewhere
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
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site loads anything of ours

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
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers take localhost for safe
MFA_TOTP_TOLERANCE = 1  # a code typed as its 30 seconds end still holds (RFC 6238 section 5.2)
# 職員の共通ログイン (OpenID Connect); without an address there is none.
OIDC_SERVER = env.str("OIDC_SERVER", default="")  # https://…, the issuer of the city's directory
if OIDC_SERVER and HTTPS and not OIDC_SERVER.startswith("https://"):
    raise ImproperlyConfigured("OIDC_SERVER は https:// で始まるアドレスにしてください（通信が本人確認の一部です）。")
OIDC_USERNAME_CLAIM = env.str("OIDC_USERNAME_CLAIM", default="preferred_username")
SOCIALACCOUNT_ADAPTER = "toyota_collect.login.CitySignOn"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "city",
                "name": "共通ログイン",
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default="").strip(),
                "settings": {"server_url": OIDC_SERVER},
            }
        ]
        if OIDC_SERVER
        else [],
    }
}
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=10) * 3600
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_MINUTES", default=30) * 60
ONE_SESSION = not DEMO  # the accounts of the demo are everybody's
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- the wire ----------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script of ours reads them
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a colleague's message may open a page
CSRF_COOKIE_SAMESITE = "Strict"
if HTTPS:  # browsers take a cookie of such a name only over TLS, from this very host, for all of it
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # what they say stays out of cookies
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # asked from inside, without the proxy in front
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],  # what is not named below is not loaded
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's arrows and ticks, the code of the second factor, pages of a proof
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF, *([OIDC_SERVER] if OIDC_SERVER else [])],  # browsers ask it of redirects, too
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20

LOG_FORMAT = env.str("LOG_FORMAT", default="json" if HTTPS else "line")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured("LOG_FORMAT は json か line です。")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "toyota_collect.log_lines.JsonLine"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # Django's own handlers would write a second line, or a mail
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},
    },
}

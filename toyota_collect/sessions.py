"""How long a log-in holds: ended after some idle time, after some hours in all, and by the next log-in of the same person."""

from time import time
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from toyota_collect.models import User

BEGAN, SEEN = "began_at", "seen_at"  # seconds since 1970
NOTED_EVERY = 60  # seconds: a write a minute, not one a page
POLLS = ("/progress", "/job")  # addresses that a page asks by itself do not show that somebody sits there


@receiver(user_logged_in)
def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note when the session began, and end the person's former one."""
    session = request.session
    session[BEGAN] = session[SEEN] = int(time())
    if not session.session_key:
        session.create()
    if settings.ONE_SESSION and user.session_key not in ("", session.session_key):
        type(session)(user.session_key).delete()
    user.session_key = session.session_key
    User.objects.filter(pk=user.pk).update(session_key=session.session_key)


def over(request: HttpRequest) -> str:
    """Why the log-in has ended, in Japanese; "" while it holds, which is noted."""
    session, now = request.session, int(time())
    user: Any = request.user
    if settings.ONE_SESSION and user.session_key != session.session_key:
        return "別の端末でログインしたか、権限が変わったため、この画面のログインは終わりました。"
    if now - session.setdefault(BEGAN, now) >= settings.SESSION_COOKIE_AGE:
        return "ログインから長い時間が過ぎたため、終わりにしました。もう一度ログインしてください。"
    seen = session.setdefault(SEEN, now)
    if now - seen >= settings.SESSION_IDLE_SECONDS:
        minutes = settings.SESSION_IDLE_SECONDS // 60
        return f"{minutes}分間操作がなかったため、ログアウトしました。もう一度ログインしてください。"
    if now - seen >= NOTED_EVERY and not request.path.rstrip("/").endswith(POLLS):
        session[SEEN] = now
    return ""

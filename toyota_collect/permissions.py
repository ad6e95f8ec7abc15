"""Who may do what, and who may see which fact: the one policy table (fails closed).

Code, tests and the auditor's page read the same table. A view names its permission with ``@require``;
a test walks the URLconf and fails for a view without one.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class Role(models.TextChoices):
    COLLECTOR = "collector", "徴収担当"
    SUPERVISOR = "supervisor", "係長・課長"
    PRINT_OPERATOR = "print_operator", "帳票担当"
    RECEIPTS_CLERK = "receipts_clerk", "収納担当"
    SECTION_VIEWER = "section_viewer", "所管課"
    WELFARE_WORKER = "welfare_worker", "相談支援員"
    LAWYER = "lawyer", "弁護士"
    AUDITOR = "auditor", "監査"
    ADMINISTRATOR = "administrator", "管理者"
    SYSTEM = "system", "システム"  # jobs; nobody can log in with it


class Permission(StrEnum):
    HOME = "home"  # the start page, own password and second factor
    PERSON_SEARCH = "person.search"
    PERSON_VIEW = "person.view"
    CLAIM_VIEW = "claim.view"
    CONTACT_VIEW = "contact.view"  # the course of a case: contacts, holds, next steps
    CONTACT_WRITE = "contact.write"
    DAY_VIEW = "day.view"
    ASSIGN = "assign"  # who looks after whom; anybody's day
    HOLD_WRITE = "hold.write"
    MATCH_REVIEW = "match.review"
    SLIP_MAKE = "slip.make"
    HANDOVER_PREPARE = "handover.prepare"  # a section hands its own claims over
    HANDOVER_OFFICE = "handover.office"
    HANDOVER_DECIDE = "handover.decide"
    EVIDENCE = "evidence"  # files that prove a claim the user may see
    IMPORT_VIEW = "import.view"
    IMPORT_RUN = "import.run"
    STANDARD_CHECK = "standard.check"
    STANDARD_EXPORT = "standard.export"
    MONEY_VIEW = "money.view"  # receipts files, cases in doubt, overpayments, day closes
    MONEY_WORK = "money.work"
    RUN_VIEW = "run.view"
    RUN_PREPARE = "run.prepare"
    LETTER_VIEW = "letter.view"
    MAIL_RETURN = "mail.return"
    NOTICE_MAKE = "notice.make"  # letters to one person, and how they are written to
    SAFE_ROUTE = "safe.route"  # how letters reach people under protection, and the closed pile
    TEXT_VIEW = "text.view"
    TEXT_EDIT = "text.edit"
    EXTRACT = "extract"  # saved extractions over the lists the user may see
    ASK = "ask"
    APPROVE = "approve"
    BOARD_VIEW = "board.view"
    WELFARE_ROOM = "welfare.room"
    SUPPORT_REFER = "support.refer"  # consent, referral and its answer: the collector's side
    SUPPORT_CASE = "support.case"  # cases and their notes: welfare's side alone
    SIGNAL_ASSESS = "signal.assess"  # of a welfare worker: of people handed over with consent
    SIGNAL_VIEW = "signal.view"  # why the rules found somebody, or did not
    SIGNAL_FIGURES = "signal.figures"
    LAWYER_OFFICE = "lawyer.office"  # the city's side of the cases with lawyers
    LAWYER_PREPARE = "lawyer.prepare"
    LAWYER_MONEY = "lawyer.money"
    LAWYER_ROOM = "lawyer.room"  # the firm's side
    ADDRESS_REVEAL = "address.reveal"  # a protected address, by another person's decision, for minutes
    ACCOUNT_REVIEW = "account.review"
    ACCESS_LOG_VIEW = "access_log.view"
    POLICY_VIEW = "policy.view"
    USER_ADMIN = "user.admin"
    REFERENCE_ADMIN = "reference.admin"


_DESCRIPTIONS = {
    Permission.HOME: "ログインして、はじめの画面を開く",
    Permission.PERSON_SEARCH: "人をさがす",
    Permission.PERSON_VIEW: "人の画面を見る",
    Permission.CLAIM_VIEW: "債権と台帳を見る",
    Permission.CONTACT_VIEW: "経過・保留・次の一手を見る",
    Permission.CONTACT_WRITE: "経過と次の一手を書く",
    Permission.DAY_VIEW: "本日の業務を見る",
    Permission.ASSIGN: "担当を割り当て、ほかの担当の本日の業務を見る",
    Permission.HOLD_WRITE: "保留を登録する・終わらせる",
    Permission.MATCH_REVIEW: "名寄せを判定する・取り消す",
    Permission.SLIP_MAKE: "納付書を見る・作る・無効にする",
    Permission.HANDOVER_PREPARE: "自分の課の債権を移管に出す",
    Permission.HANDOVER_OFFICE: "移管の申出と移管済の債権を見る",
    Permission.HANDOVER_DECIDE: "移管の受入れを起案し、差し戻す・返還する",
    Permission.EVIDENCE: "証拠書類を見る・登録する・取り下げる",
    Permission.IMPORT_VIEW: "取込の結果を見る",
    Permission.IMPORT_RUN: "取り込む",
    Permission.STANDARD_CHECK: "標準の形のファイルを確かめる",
    Permission.STANDARD_EXPORT: "標準の形で書き出し、受け取る",
    Permission.MONEY_VIEW: "収納・過誤納・日締めを見る",
    Permission.MONEY_WORK: "収納を取り込み、充当・過誤納を起案し、日を締める",
    Permission.RUN_VIEW: "一斉催告を見る",
    Permission.RUN_PREPARE: "一斉催告を準備し、始める",
    Permission.LETTER_VIEW: "催告書を見る",
    Permission.MAIL_RETURN: "返戻を見る・登録する",
    Permission.NOTICE_MAKE: "個別の通知を作る・発送を登録する、書き方の希望を変える",
    Permission.SAFE_ROUTE: "支援措置の送付経路を登録し、その束を作る・渡す",
    Permission.TEXT_VIEW: "帳票の文言を見る",
    Permission.TEXT_EDIT: "帳票の文言の版を作り、承認を求める",
    Permission.EXTRACT: "抽出条件を作り、結果を見る・書き出す（見られる一覧だけ）",
    Permission.ASK: "起案した件を見る・取り下げる",
    Permission.APPROVE: "決裁する",
    Permission.BOARD_VIEW: "進行管理を見る",
    Permission.WELFARE_ROOM: "相談支援の部屋に入る",
    Permission.SUPPORT_REFER: "同意を受け、福祉へつなぎ、回答の区分を見る",
    Permission.SUPPORT_CASE: "引き継がれた件と支援の記録を見る・書く",
    Permission.SIGNAL_ASSESS: "困窮のサインを見て、見立てを書く",
    Permission.SIGNAL_VIEW: "困窮のサインの理由を、人ごとに見る",
    Permission.SIGNAL_FIGURES: "サインと支援の成績を見る（件数だけ）",
    Permission.LAWYER_OFFICE: "弁護士へ委任した件と、その成績を見る",
    Permission.LAWYER_PREPARE: "委任の候補を選び、起案し、引き渡し、取り戻す。弁護士の提案と質問に答える",
    Permission.LAWYER_MONEY: "弁護士からの送金を記帳し、報酬の請求を照合する",
    Permission.LAWYER_ROOM: "弁護士の部屋に入る（自分の事務所の件だけ）",
    Permission.ADDRESS_REVEAL: "支援措置の人の住所の照会を起案し、決裁のあと短い間だけ見る",
    Permission.ACCOUNT_REVIEW: "利用者の棚卸しをする",
    Permission.ACCESS_LOG_VIEW: "閲覧の記録を見る・確かめる、開示請求の写しを作る",
    Permission.POLICY_VIEW: "権限表を見る",
    Permission.USER_ADMIN: "利用者を登録し、役割を変える",
    Permission.REFERENCE_ADMIN: "基準の表を直す",
}


def describe(permission: Permission) -> str:
    """What the permission lets somebody do, in Japanese."""
    return _DESCRIPTIONS.get(permission, permission.value)


P = Permission
POLICY: dict[str, frozenset[Permission]] = {
    Role.COLLECTOR: frozenset(
        {
            P.HOME,
            P.PERSON_SEARCH,
            P.PERSON_VIEW,
            P.CLAIM_VIEW,
            P.CONTACT_VIEW,
            P.CONTACT_WRITE,
            P.DAY_VIEW,
            P.HOLD_WRITE,
            P.MATCH_REVIEW,
            P.SLIP_MAKE,
            P.HANDOVER_OFFICE,
            P.EVIDENCE,
            P.LETTER_VIEW,
            P.MAIL_RETURN,
            P.NOTICE_MAKE,
            P.SUPPORT_REFER,
            P.SAFE_ROUTE,
            P.ADDRESS_REVEAL,
            P.SIGNAL_ASSESS,
            P.SIGNAL_VIEW,
            P.SIGNAL_FIGURES,
            P.LAWYER_OFFICE,
            P.LAWYER_PREPARE,
            P.TEXT_VIEW,
            P.EXTRACT,
            P.ASK,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            P.HOME,
            P.PERSON_SEARCH,
            P.PERSON_VIEW,
            P.CLAIM_VIEW,
            P.CONTACT_VIEW,
            P.CONTACT_WRITE,
            P.DAY_VIEW,
            P.ASSIGN,
            P.HOLD_WRITE,
            P.MATCH_REVIEW,
            P.SLIP_MAKE,
            P.HANDOVER_OFFICE,
            P.HANDOVER_DECIDE,
            P.EVIDENCE,
            P.LETTER_VIEW,
            P.MAIL_RETURN,
            P.NOTICE_MAKE,
            P.SUPPORT_REFER,
            P.SAFE_ROUTE,
            P.ADDRESS_REVEAL,
            P.SIGNAL_ASSESS,
            P.SIGNAL_VIEW,
            P.SIGNAL_FIGURES,
            P.LAWYER_OFFICE,
            P.LAWYER_PREPARE,
            P.LAWYER_MONEY,
            P.TEXT_VIEW,
            P.TEXT_EDIT,
            P.IMPORT_VIEW,
            P.STANDARD_CHECK,
            P.STANDARD_EXPORT,
            P.MONEY_VIEW,
            P.RUN_VIEW,
            P.EXTRACT,
            P.ASK,
            P.APPROVE,
            P.BOARD_VIEW,
            P.ACCOUNT_REVIEW,
        }
    ),
    Role.PRINT_OPERATOR: frozenset(
        {P.HOME, P.RUN_VIEW, P.RUN_PREPARE, P.LETTER_VIEW, P.MAIL_RETURN, P.TEXT_VIEW, P.ASK}
    ),
    Role.RECEIPTS_CLERK: frozenset(
        {
            P.HOME,
            P.PERSON_SEARCH,
            P.PERSON_VIEW,
            P.CLAIM_VIEW,
            P.CONTACT_VIEW,
            P.SLIP_MAKE,
            P.IMPORT_VIEW,
            P.IMPORT_RUN,
            P.STANDARD_CHECK,
            P.STANDARD_EXPORT,
            P.MONEY_VIEW,
            P.MONEY_WORK,
            P.LAWYER_OFFICE,
            P.LAWYER_MONEY,
            P.EXTRACT,
            P.ASK,
        }
    ),
    Role.SECTION_VIEWER: frozenset(
        {
            P.HOME,
            P.PERSON_SEARCH,
            P.PERSON_VIEW,
            P.CLAIM_VIEW,
            P.HANDOVER_PREPARE,
            P.EVIDENCE,
            P.STANDARD_CHECK,
            P.EXTRACT,
        }
    ),
    Role.WELFARE_WORKER: frozenset({P.HOME, P.WELFARE_ROOM, P.SUPPORT_CASE, P.SIGNAL_ASSESS, P.SIGNAL_FIGURES}),
    Role.LAWYER: frozenset({P.HOME, P.LAWYER_ROOM}),
    Role.AUDITOR: frozenset(
        {P.HOME, P.ACCESS_LOG_VIEW, P.POLICY_VIEW, P.IMPORT_VIEW, P.RUN_VIEW, P.TEXT_VIEW, P.SIGNAL_FIGURES}
    ),
    Role.ADMINISTRATOR: frozenset({P.HOME, P.POLICY_VIEW, P.USER_ADMIN, P.REFERENCE_ADMIN}),
    Role.SYSTEM: frozenset(),
}


class Ground(models.TextChoices):
    """Where a fact was learned, and so on what legal ground it may be used (地方税法22条, 個人情報保護法69条)."""

    TAX = "tax", "地方税（調査権を含む）"
    COERCIVE = "coercive", "滞納処分の例による公債権"
    CONTRACT = "contract", "契約・申請による情報"
    REGISTER = "register", "住民基本台帳"
    CONSENT = "consent", "本人の同意"
    OPEN = "open", "公開情報"


class Purpose(models.TextChoices):
    """Why a person's facts are looked at; written beside every view."""

    COLLECTION = "collection", "徴収事務"
    SECTION = "section", "所管課の照会"
    WELFARE = "welfare", "相談支援"
    LAWSUIT = "lawsuit", "訴訟・回収の委任"
    AUDIT = "audit", "監査"
    PRINT = "print", "帳票の作成"


# The grounds whose facts each role may see at all. A section viewer sees, besides, only the own section's claims
# (Claim.objects.visible_to); a welfare worker and a lawyer see nothing until a case is handed to them.
SEES_GROUNDS: dict[str, frozenset[str]] = {
    Role.COLLECTOR: frozenset(Ground.values),
    Role.SUPERVISOR: frozenset(Ground.values),
    Role.PRINT_OPERATOR: frozenset(Ground.values),
    Role.RECEIPTS_CLERK: frozenset(Ground.values),
    Role.SECTION_VIEWER: frozenset(Ground.values),
}
# What one case may open to a role that sees nothing of itself: each ground by consent or decision, tax never with another.
OPENED_TO: dict[str, frozenset[str]] = {
    Role.WELFARE_WORKER: frozenset(Ground.values),
    Role.LAWYER: frozenset({Ground.CONTRACT, Ground.REGISTER, Ground.CONSENT, Ground.OPEN}),  # 地方税法22条
}
PURPOSE_OF: dict[str, str] = {
    Role.COLLECTOR: Purpose.COLLECTION,
    Role.SUPERVISOR: Purpose.COLLECTION,
    Role.RECEIPTS_CLERK: Purpose.COLLECTION,
    Role.PRINT_OPERATOR: Purpose.PRINT,
    Role.SECTION_VIEWER: Purpose.SECTION,
    Role.WELFARE_WORKER: Purpose.WELFARE,
    Role.LAWYER: Purpose.LAWSUIT,
    Role.AUDITOR: Purpose.AUDIT,
}


def allows(user: Any, permission: Permission) -> bool:
    """Whether an active, logged-in user holds the permission."""
    if not (user.is_authenticated and user.is_active):
        return False
    return permission in POLICY.get(user.role, frozenset())


def roles_with(permission: Permission) -> list[str]:
    """The roles that hold the permission."""
    return [role for role, held in POLICY.items() if permission in held]


def visible_grounds(user: Any, *, opened: frozenset[str] = frozenset()) -> frozenset[str]:
    """Grounds whose facts the user may see; empty for anybody not in the table.

    ``opened``: what consent or a decision opened for the one case that is looked at.
    """
    role = getattr(user, "role", "")
    return SEES_GROUNDS.get(role, frozenset()) | (opened & OPENED_TO.get(role, frozenset()))


def require(permission: Permission) -> Callable[[View], View]:
    """Refuse the view (403) to a user whose role lacks ``permission``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allows(request.user, permission):
                raise PermissionDenied(f"この画面を使う権限（{permission}）がありません。")
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that walks the URLconf
        return guarded

    return decorate

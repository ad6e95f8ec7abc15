"""Selections of people; every filter that is used twice lives here."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from toyota_collect.lists import lists
from toyota_collect.permissions import Role, allows, visible_grounds


def in_force(on: date, prefix: str = "") -> Q:
    """Rows whose period holds ``on``: starts_on inclusive, ends_on exclusive or open."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gt": on}))


class PersonQuerySet(models.QuerySet):
    def protected(self, *, on: date) -> "PersonQuerySet":
        """People under protection measures (支援措置) on that day, or whose end nobody has confirmed."""
        flags = self.model._meta.get_field("protections").related_model
        return self.filter(Exists(flags.objects.hiding(on=on).filter(person=OuterRef("pk"))))

    def visible_to(self, user: Any) -> "PersonQuerySet":
        """People the user may know to be here: a section its own debtors, roles without any ground nobody."""
        if user.role == Role.SECTION_VIEWER:
            identities = self.model._meta.get_field("identities").related_model
            # "claims" is the reverse name that the app above gives to its debtor; nothing is imported from there.
            own = identities.objects.filter(
                person=OuterRef("pk"), claims__section=user.section_id, claims__taken_back_at=None
            )
            return self.in_force().filter(Exists(own))
        return self.in_force() if visible_grounds(user) else self.none()

    def in_force(self) -> "PersonQuerySet":
        """Without those whom the taking back of an import has left without any identity."""
        return self.filter(withdrawn_at=None)

    def outside(self) -> "PersonQuerySet":
        """People whom no register and no section knows (住基外): entered by hand, nothing else is linked to them."""
        identities = self.model._meta.get_field("identities").related_model
        own = identities.objects.filter(person=OuterRef("pk"))
        return self.filter(Exists(own.filter(outside__isnull=False)), ~Exists(own.filter(outside=None)))

    def current(self) -> "PersonQuerySet":
        """People who were not found to be somebody else (名寄せ): of those, the other is shown."""
        joinings = self.model._meta.get_field("went_to").related_model
        return self.in_force().exclude(Exists(joinings.objects.filter(emptied=OuterRef("pk"), parted_at=None)))


class ContactQuerySet(models.QuerySet):
    def in_force(self) -> "ContactQuerySet":
        """Without the lines that a later one corrects."""
        return self.filter(corrected_by=None)


class IdentityManager(models.Manager):
    """Identities in force: those of an import that was taken back are seen nowhere."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(withdrawn_at=None)


class MatchQuestionQuerySet(models.QuerySet):
    def unanswered(self) -> "MatchQuestionQuerySet":
        """Not answered, or not finally: open, put off, or waiting for a second person."""
        return self.filter(state__in=["open", "later", "proposed"])

    def waiting(self, *, on: date) -> "MatchQuestionQuerySet":
        """The queue on the day: open, put off until then, or sent back by the second person; the likeliest first."""
        sent_back = Q(state="proposed", approval__decision__in=["rejected", "withdrawn"])
        later = Q(state="later", come_back_on__lte=on)
        return self.filter(Q(state="open") | later | sent_back).order_by("-score", "pk")


class ProtectionFlagQuerySet(models.QuerySet):
    def hiding(self, *, on: date) -> "ProtectionFlagQuerySet":
        """Measures that hide on the day: those in force, and those that ended until somebody confirms the end (異動)."""
        identities = self.model._meta.get_field("identity").related_model
        events = identities._meta.get_field("life_events").related_model
        unconfirmed = events.objects.filter(identity=OuterRef("identity"), kind="unprotected", handled_on=None)
        return self.filter(in_force(on) | Q(Exists(unconfirmed), ends_on__lte=on))


class LifeEventQuerySet(models.QuerySet):
    def of_people(self) -> "LifeEventQuerySet":
        """Events of those who are a person here: who owes nothing has none."""
        return self.filter(identity__person__isnull=False)

    def to_do(self) -> "LifeEventQuerySet":
        """Events that ask for somebody: a step was opened, and neither it nor the event is done.

        The end of a protection is done only when it is confirmed.
        """
        is_open = Q(work_item__closed_at=None) | Q(kind="unprotected")
        return self.filter(is_open, handled_on=None, work_item__isnull=False)


class AssignmentRuleQuerySet(models.QuerySet):
    def in_force(self, on: date) -> "AssignmentRuleQuerySet":
        """Rules of the day whose officer still works here, in their order."""
        return self.filter(in_force(on), officer__is_active=True).order_by("position", "pk")


class AbsenceQuerySet(models.QuerySet):
    def on_day(self, on: date) -> "AbsenceQuerySet":
        return self.filter(starts_on__lte=on, ends_on__gte=on, ended_at=None)


class PostponementQuerySet(models.QuerySet):
    def waiting(self, *, on: date) -> "PostponementQuerySet":
        """Those whose day has not come and whom nobody took up again; what is new of the person is not asked."""
        return self.filter(ended_at=None, on__lte=on, until__gt=on)


class ExtractionQuerySet(models.QuerySet):
    def kept(self) -> "ExtractionQuerySet":
        return self.filter(retired_at=None)

    def visible_to(self, user: Any) -> "ExtractionQuerySet":
        """The user's own and what others share with them, of lists the user may see."""
        open_to = [one.code for one in lists if allows(user, one.permission)]
        team = Q(share="team", owner__role=user.role, owner__section=user.section_id)
        return self.filter(Q(owner=user) | Q(share="all") | team, list_code__in=open_to)

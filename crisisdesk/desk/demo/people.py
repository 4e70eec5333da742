"""The people of the fictitious organisation: somebody for every role, deputies, and those who must see nothing."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.actions.people import create_brand, create_person
from crisisdesk.core.models import Brand, Membership, Organisation, User, UserKind

ORGANISATION = "Zrnko, rodinná pekárna a mlýn"
BRAND = ("Zrnko", "zrnko")
OTHER_BRAND = ("Skleněnka", "sklenenka")
DOMAIN = "zrnko.example"
# Good for looking around only; `manage.py demo --users` prints it.
PASSWORD = "krize-nanecisto-2026"  # noqa: S105 - published with the demo


@dataclass(frozen=True)
class DemoPerson:
    """One account: `code` is its role or what it is for; the mail address begins with it."""

    code: str
    name: str
    position: str
    role: Role | None = None
    brands: tuple[str, ...] = ("zrnko",)
    is_deputy: bool = False
    language: str = "cs"
    kind: str = UserKind.PERSON
    is_staff: bool = False
    is_superuser: bool = False

    @property
    def email(self) -> str:
        """The log-in."""
        return f"{self.code.replace('_', '.')}@{DOMAIN}"

    @property
    def role_label(self) -> str:
        """The role as people read it; the superuser has none."""
        deputy = _("{role}, deputy")
        label = str(self.role.label if self.role else _("superuser"))
        return deputy.format(role=label) if self.is_deputy else label


_BOTH = ("zrnko", "sklenenka")

PEOPLE = (
    DemoPerson("duty", "Tomáš Beneš", "pohotovost komunikace", Role.DUTY),
    DemoPerson("crisis_lead", "Zuzana Říhová", "vedoucí krizového týmu", Role.CRISIS_LEAD),
    DemoPerson("comms_lead", "Emil Horák", "vedoucí komunikace", Role.COMMS_LEAD),
    DemoPerson("spokesperson", "Jana Malá", "mluvčí", Role.SPOKESPERSON),
    DemoPerson("legal", "Ludmila Šťastná", "právnička", Role.LEGAL),
    DemoPerson("community", "Petr Král", "správce sociálních sítí", Role.COMMUNITY),
    DemoPerson("care", "Hana Čermáková", "vedoucí zákaznické péče", Role.CARE),
    DemoPerson("marketing", "Ondřej Vlček", "správce kampaní", Role.MARKETING),
    DemoPerson("internal", "Marie Pokorná", "interní komunikace", Role.INTERNAL),
    DemoPerson("dpo", "Vít Řezníček", "pověřenec pro ochranu osobních údajů", Role.DPO),
    DemoPerson("security", "Daniel Chalupa", "bezpečnost IT", Role.SECURITY),
    DemoPerson("quality", "Alena Žáková", "vedoucí kvality", Role.QUALITY),
    DemoPerson("hr", "Ivana Kučerová", "personalistka", Role.HR),
    DemoPerson("exec", "Martin Zeman", "výkonný ředitel", Role.EXEC),
    DemoPerson("scribe", "Lenka Bílá", "asistentka vedení", Role.SCRIBE),
    DemoPerson("agency", "Filip Novotný", "agentura Tři vrby", Role.AGENCY),
    DemoPerson("observer", "Radka Urbanová", "vnitřní audit", Role.OBSERVER),
    DemoPerson("duty_deputy", "Klára Matoušková", "pohotovost komunikace", Role.DUTY, is_deputy=True),
    DemoPerson("crisis_lead_deputy", "Robert Sedlák", "provozní ředitel", Role.CRISIS_LEAD, is_deputy=True),
    DemoPerson("comms_lead_deputy", "Barbora Tichá", "komunikace", Role.COMMS_LEAD, is_deputy=True),
    DemoPerson("legal_deputy", "Karel Dvořák", "externí právník", Role.LEGAL, is_deputy=True),
    DemoPerson("spokesperson_deputy", "Tereza Součková", "zástupkyně mluvčí", Role.SPOKESPERSON, is_deputy=True),
    DemoPerson("community_deputy", "Jakub Hruška", "správce sociálních sítí", Role.COMMUNITY, is_deputy=True),
    DemoPerson("care_deputy", "Dana Jelínková", "zákaznická péče", Role.CARE, is_deputy=True),
    DemoPerson("marketing_deputy", "Vojtěch Marek", "marketing", Role.MARKETING, is_deputy=True),
    DemoPerson("exec_deputy", "Helena Dostálová", "finanční ředitelka", Role.EXEC, is_deputy=True),
    DemoPerson("shop_duty", "Pavla Kratochvílová", "pohotovost komunikace", Role.DUTY, brands=("sklenenka",)),
    DemoPerson("shop_lead", "Michal Bureš", "ředitel e-shopu", Role.CRISIS_LEAD, brands=("sklenenka",)),
    DemoPerson("shop_legal", "Iveta Bláhová", "právnička", Role.LEGAL, brands=("sklenenka",)),
    DemoPerson("shop_community", "Ota Vávra", "správce sociálních sítí", Role.COMMUNITY, brands=("sklenenka",)),
    DemoPerson("shop_care", "Šárka Hájková", "vedoucí zákaznické péče", Role.CARE, brands=("sklenenka",)),
    DemoPerson("manager", "Simona Fialová", "správa CrisisDesku", Role.MANAGER, brands=_BOTH, is_staff=True),
    DemoPerson("superuser", "Adam Holub", "provoz IT", is_staff=True, is_superuser=True),
    DemoPerson("outsider", "Nikola Straková", "vedoucí komunikace", Role.COMMS_LEAD, brands=("sklenenka",)),
    DemoPerson("service", "Napojení monitoringu", "program", Role.DUTY, kind=UserKind.SERVICE),
)


def install(password: str | None = PASSWORD) -> None:
    """Create organisation, brands, people and their roles on brands; what is there already is left alone."""
    organisation = Organisation.objects.first() or Organisation.objects.create(name=ORGANISATION)
    brands = {}
    for name, slug in (BRAND, OTHER_BRAND):
        known = Brand.objects.filter(slug=slug).first()
        brands[slug] = known or create_brand(organisation, SYSTEM, name=name, slug=slug)
    # Everybody has the same password: it is hashed once, since hashing is slow on purpose.
    hashed = make_password(password)
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first() or _create(organisation, person, hashed)
        for slug in person.brands if person.role else ():
            held = Membership.objects.current(clock.now())
            if not held.filter(user=user, brand=brands[slug], role=person.role).exists():
                role = str(person.role)
                grant_membership(brands[slug], SYSTEM, user=user, role=role, is_deputy=person.is_deputy)


def _create(organisation: Organisation, person: DemoPerson, hashed: str) -> User:
    user = create_person(
        organisation,
        SYSTEM,
        email=person.email,
        name=person.name,
        kind=person.kind,
        position=person.position,
        language=person.language,
        is_staff=person.is_staff,
        is_superuser=person.is_superuser,
    )
    if person.kind == UserKind.PERSON:
        User.objects.filter(pk=user.pk).update(password=hashed)
    return user


def user_of(code: str) -> User:
    """The account of a persona."""
    person = next(person for person in PEOPLE if person.code == code)
    return User.objects.get(email=person.email)


def installed() -> bool:
    """Whether the people are here."""
    return User.objects.filter(email=PEOPLE[0].email).exists()

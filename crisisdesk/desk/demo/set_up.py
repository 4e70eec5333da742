"""What the fictitious organisation set up before anything happened: brands, sources, channels, approved first texts."""

from collections.abc import Mapping
from typing import Any

from cases.monitoring.actions.reports import create_report_address
from cases.monitoring.actions.sources import create_source, pause_source
from cases.monitoring.models import ReportAddress, Source, SourceKind
from comms.actions.templates import approve_template, register_value, submit_template
from comms.models import RegisteredType, StatementTemplate
from comms.sending.actions.accounts import change_account
from comms.sending.actions.subscribers import confirm_subscription, subscribe
from comms.sending.models import Account, AccountKind
from comms.states import TemplateState
from crisisdesk.core.actions.people import change_brand, change_organisation
from crisisdesk.core.models import Brand, Organisation
from crisisdesk.desk.demo import people
from crisisdesk.desk.demo.telling import content, do

# Who sends a brand's first texts for approval, and who approves them.
APPROVERS = {
    "zrnko": ("crisis_lead", ("comms_lead", "legal", "dpo")),
    "sklenenka": ("shop_lead", ("outsider", "shop_legal")),
}


def set_up(brand: Brand) -> None:
    """Bring one brand to the state in which a crisis finds it."""
    words = content("set_up.yaml")
    given = words["brands"][brand.slug]
    do(change_brand, brand, "manager", **{name: given[name] for name in ("website", "phone", "about", "press_contact")})
    for kind, values in ((RegisteredType.HOST, given["hosts"]), (RegisteredType.PRODUCT, given["products"])):
        for value in values:
            do(register_value, brand, "manager", type=kind, value=value)
    _sources(brand, words["sources"], given)
    _channels(brand, given)
    _first_texts(brand)


def name_organisation(organisation: Organisation) -> None:
    """The organisation introduces itself."""
    about = content("set_up.yaml")["organisation"]
    do(change_organisation, organisation, "manager", name=people.ORGANISATION, about=about)


def _sources(brand: Brand, names: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    do(create_source, brand, "manager", kind=SourceKind.PUSH, name=names["listening"],
         trigger_terms=given["terms"], severity=given["severity"])  # fmt: skip
    feed = do(create_source, brand, "manager", kind=SourceKind.FEED, **names["feed"])
    do(pause_source, feed, "manager", reason=names["paused"])
    do(create_report_address, brand, "manager", name=names["report"])


def _channels(brand: Brand, given: Mapping[str, Any]) -> None:
    for account in Account.objects.filter(brand=brand).exclude(network=""):
        profile = f"https://{account.network}.example/{brand.slug}"
        do(change_account, account, "manager", settings={"profile": profile})
    by_mail = Account.objects.get(brand=brand, kind=AccountKind.EMAIL)
    do(change_account, by_mail, "manager", settings={"sender": f"tisk@{brand.slug}.example"})
    for address, language in given["subscribers"].items():
        subscriber = do(subscribe, by_mail, None, address=address, language=language)
        subscriber.finish(subscriber.fence)  # the story does without the mail that asks to confirm
        do(confirm_subscription, subscriber, None)


def _first_texts(brand: Brand) -> None:
    sender, approvers = APPROVERS[brand.slug]
    for template in StatementTemplate.objects.filter(brand=brand):
        for version in template.versions.filter(state=TemplateState.DRAFT):
            submitted = do(submit_template, version, sender)
            needed = [code for code in approvers if code in template.cleared_by] + [*approvers]
            for code in list(dict.fromkeys(needed))[:2]:
                do(approve_template, submitted, code, payload_hash=submitted.payload_hash)


def source_of(brand: Brand) -> Source:
    """The brand's listening tool."""
    return Source.objects.get(brand=brand, kind=SourceKind.PUSH)


def report_address(brand: Brand) -> ReportAddress:
    """Where the brand's shops and care line report."""
    return ReportAddress.objects.get(brand=brand)


def page_of(brand: Brand) -> str:
    """The page the first texts point to."""
    return f"https://www.{brand.slug}.example/aktualne"

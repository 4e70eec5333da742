"""The closed crisis of last month: double payments, an apology approved by two, a correction, the review."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases.actions.activation import activate_case
from cases.actions.clocks import tick_off_clock
from cases.actions.entries import add_decision, add_note
from cases.actions.facts import add_fact, confirm_fact, refute_fact
from cases.actions.lifecycle import close_case, contain_case, resolve_case, start_review
from cases.actions.opening import open_case
from cases.actions.roles import accept_role, offer_role
from cases.actions.signals import take_over_signal
from cases.actions.tasks import finish_task, skip_task
from cases.models import Case, Clock, ClockCode, CrisisKind, Fact, RoleState
from cases.monitoring.actions.mentions import attach_mentions, push_mentions
from cases.monitoring.actions.reports import report_by_address
from comms.actions.deciding import approve_statement
from comms.actions.releases import release_template, review_release
from comms.actions.statements import draft_statement, edit_statement
from comms.actions.submitting import submit_statement
from comms.models import Purpose, ReleaseReview, Statement, StatementVersion, TemplateVersion
from comms.sending import claiming as sending
from comms.sending.actions.by_hand import tick_delivery
from comms.sending.models import Account, Delivery
from comms.states import ReviewOutcome
from crisisdesk.core.models import Brand
from crisisdesk.desk.demo import people
from crisisdesk.desk.demo.set_up import page_of, report_address, source_of
from crisisdesk.desk.demo.telling import Telling, Thread, content, do

DAYS_AGO = 33
DAY = 24 * 60
STARTS = time(10, 12)
CHANNELS = ("newsroom", "email", "facebook")
# The last weekday a story may begin on: it goes on the day after and ends within two, all working days.
_WEDNESDAY = 2

Steps = Iterator[float]


class Payments:
    """The story in threads that run side by side. Minutes count from the report; a day is 1,440."""

    case: Case
    counted: Fact
    right: Fact
    sorry: Statement

    def __init__(self, brand: Brand, now: datetime, zone: ZoneInfo) -> None:
        self.brand = brand
        day = begins_on((now.astimezone(zone) - timedelta(days=DAYS_AGO)).date())
        self.telling = Telling(datetime.combine(day, STARTS, tzinfo=zone), zone)
        self.words = content("payments.yaml")

    def threads(self) -> list[Thread]:
        """Everything that goes on at once."""
        parts = (
            self.opening(), self.team(), self.talk(), self.work(), self.first_statement(), self.what_is_known(),
            self.apology(), self.correction(), self.ending(),
        )  # fmt: skip
        return [self.telling.thread(part) for part in parts]

    def opening(self) -> Steps:
        """Customer care reports it; the duty officer opens a case; the director of the e-shop leads."""
        words, report = self.words, self.words["report"]
        yield -1
        early = self.telling.mentions(row for row in words["mentions"] if row["at"] < 0)
        pushed = do(push_mentions, source_of(self.brand), None, mentions=early)
        yield 0
        address = report_address(self.brand)
        signal = do(report_by_address, address, None, what=report["what"], where=report["link"], who=report["who"])
        yield 8
        do(take_over_signal, signal, "shop_duty")
        do(attach_mentions, signal, "shop_duty", mentions=pushed.stored)
        yield 15
        self.case = do(
            open_case, signal, "shop_duty",
            title=words["title"], summary=words["summary"], kind=CrisisKind.objects.get(code="service_outage"),
            harm="no", spreading="no", growing="yes", sentence=words["acts"]["severity"],
            lead=people.user_of("shop_lead"), content_languages=["cs", "en"],
        )  # fmt: skip
        yield 18
        self._accept("shop_lead")
        yield 20
        do(activate_case, self.case, "shop_lead")

    def team(self) -> Steps:
        """Who is needed is asked and accepts."""
        team = {"outsider": "comms_lead", "shop_legal": "legal", "shop_community": "community", "shop_care": "care"}
        yield 21
        for code, role in team.items():
            do(offer_role, self.case, "shop_lead", user=people.user_of(code), role=role)
        for minute, code in enumerate(team, start=24):
            yield minute
            self._accept(code)

    def talk(self) -> Steps:
        """Complaints go on for a while."""
        for row in self.words["mentions"]:
            if row["at"] >= 0:
                yield row["at"] + 1
                do(push_mentions, source_of(self.brand), None, mentions=self.telling.mentions([row]))

    def work(self) -> Steps:
        """The steps of the protocol."""
        acts = self.words["acts"]
        yield 28
        self._done(2, "shop_community")
        yield 30
        self._done(3, "shop_duty")
        self._tick_off(ClockCode.HOLD, "shop_duty", acts["hold"])
        yield 35
        self._done(4, "shop_lead")
        yield 38
        self._done(6, "shop_care")
        self._tick_off(ClockCode.STAFF, "shop_care", acts["care_card"])
        yield 40
        self._done(5, "shop_community")
        self._tick_off(ClockCode.REPLY1, "shop_community", acts["reply"])

    def first_statement(self) -> Steps:
        """The general template on the duty officer's signature; somebody else reads it the next morning."""
        telling = self.telling
        values = {
            "topic": "prices",
            "link": page_of(self.brand),
            "time": telling.clock_time(telling.promise(330)),
            "phone": self.brand.phone,
        }
        templates = TemplateVersion.objects.approved().filter(template__brand=self.brand, template__code="general")
        yield 50
        versions = [templates.get(language=language) for language in ("cs", "en")]
        given = {"versions": versions, "values": values, "accounts": self._accounts()}
        first = do(release_template, self.case, "shop_duty", **given)
        yield from self._out(first, 50)
        yield DAY - 150
        for review in ReleaseReview.objects.filter(release__version__statement=first.statement):
            do(review_release, review, "outsider", outcome=ReviewOutcome.CONFIRMED)

    def what_is_known(self) -> Steps:
        """The cause; a number that turns out wrong the day after; the right one."""
        facts, chosen = self.words["facts"], self.words["decision"]
        yield 115
        do(add_note, self.case, "shop_lead", text=self.words["notes"]["bank"])
        cause = do(add_fact, self.case, "shop_lead", text=facts["cause"]["text"], source=facts["cause"]["source"])
        yield 118
        do(confirm_fact, cause, "shop_lead", public_ok=True)
        self._done(8, "shop_lead")
        yield 240
        first, count = facts["count_first"], facts["count"]
        self.counted = do(add_fact, self.case, "shop_care", text=first["text"], source=first["source"])
        yield 243
        do(confirm_fact, self.counted, "shop_lead", public_ok=True)
        yield 250
        do(
            add_decision, self.case, "shop_lead", decision=chosen["decision"], question=chosen["question"],
            options="\n".join(chosen["options"]), why=chosen["why"],
        )  # fmt: skip
        yield DAY - 60
        do(refute_fact, self.counted, "shop_lead", source=first["refuted"])
        yield DAY - 55
        self.right = do(add_fact, self.case, "shop_care", text=count["text"], source=count["source"])
        yield DAY - 50
        do(confirm_fact, self.right, "shop_lead", public_ok=True)

    def apology(self) -> Steps:
        """Written by one, approved by two, in both languages."""
        said = self.words["apology"]
        yield 265
        versions = self._write(Purpose.APOLOGY, said, self.counted, admits_fault=True)
        self.sorry = versions[0].statement
        for version, minute in zip(versions, (288, 310), strict=True):
            yield minute
            submitted = do(submit_statement, version, "shop_community")
            for who, role, later in (("outsider", "comms_lead", 6), ("shop_legal", "legal", 12)):
                yield minute + later
                comment = said["approved"][role] if minute == 288 else ""
                given = {"payload_hash": submitted.payload_hash, "comment": comment}
                do(approve_statement, submitted.request, who, **given)
            yield from self._out(submitted, minute + 12)
        self._done(11, "outsider")

    def correction(self) -> Steps:
        """The number was wrong; the correction says so openly."""
        yield DAY - 45
        versions = self._write(Purpose.CORRECTION, self.words["correction"], self.right, supersedes=self.sorry)
        for version, minute in zip(versions, (DAY - 38, DAY - 25), strict=True):
            yield minute
            submitted = do(submit_statement, version, "shop_community")
            yield minute + 4
            do(approve_statement, submitted.request, "outsider", payload_hash=submitted.payload_hash)
            yield from self._out(submitted, minute + 4)

    def ending(self) -> Steps:
        """Under control, resolved, reviewed, closed by somebody who did not lead it."""
        acts = self.words["acts"]
        yield DAY
        do(add_note, self.case, "shop_lead", text=acts["contained"])
        do(contain_case, self.case, "shop_lead")
        yield 2 * DAY
        for task in self.case.tasks.open():
            do(skip_task, task, "shop_lead", reason=acts["skipped"])
        do(add_note, self.case, "shop_lead", text=acts["resolved"])
        do(resolve_case, self.case, "shop_lead")
        yield 6 * DAY
        do(start_review, self.case, "shop_lead")
        yield 7 * DAY
        do(close_case, self.case, "manager", review=acts["reviewed"])

    def _write(self, purpose: str, said: dict[str, Any], fact: Fact, **values: Any) -> list[StatementVersion]:
        """Drafts in both languages, Czech first."""
        title, text = said["title"]["cs"], said["cs"]
        draft = do(
            draft_statement, self.case, "shop_community", purpose=purpose, title=title, text=text,
            accounts=self._accounts(), **values,
        )  # fmt: skip
        czech = do(edit_statement, draft, "shop_community", facts=[fact])
        english = draft.statement.newest("en")
        title, text = said["title"]["en"], said["en"]
        return [czech, do(edit_statement, english, "shop_community", title=title, text=text, facts=[fact])]

    def _out(self, version: StatementVersion, minute: float) -> Steps:
        """The desk sends, and a minute later somebody posts where it cannot."""
        yield minute + 0.1
        sending.send_due()
        yield minute + 1
        for delivery in Delivery.objects.filter(version=version, by_hand=True):
            url = f"https://{delivery.account.network}.example/{self.brand.slug}/{delivery.pk}"
            do(tick_delivery, delivery, "shop_community", url=url)

    def _accept(self, code: str) -> None:
        do(accept_role, self.case.roles.get(user=people.user_of(code), state=RoleState.OFFERED), code)

    def _done(self, order: int, who: str) -> None:
        do(finish_task, self.case.tasks.get(step__order=order), who)

    def _tick_off(self, code: str, who: str, note: str) -> None:
        do(tick_off_clock, Clock.objects.running().get(case=self.case, code=code), who, note=note)

    def _accounts(self) -> list[Account]:
        return list(Account.objects.filter(brand=self.brand, code__in=CHANNELS))


def begins_on(day: date) -> date:
    """The day itself, or the nearest one before it that leaves two more days in the working week."""
    return day - timedelta(days=max(0, day.weekday() - _WEDNESDAY))

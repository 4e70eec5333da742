"""The crisis in full course: mould in a baby porridge, told up to fifty minutes after the first alarm."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases.actions.activation import activate_case
from cases.actions.clocks import breach_clock, tick_off_clock
from cases.actions.entries import add_decision, add_note
from cases.actions.evidence import add_evidence
from cases.actions.facts import add_fact, confirm_fact, refute_fact
from cases.actions.opening import open_case
from cases.actions.roles import accept_role, decline_role, offer_role
from cases.actions.signals import attach_signal, take_over_signal
from cases.actions.tasks import finish_task, start_task
from cases.models import Case, Clock, ClockCode, CrisisKind, Fact, RoleAssignment, RoleState, RumourAnswer, Side
from cases.monitoring.actions.mentions import attach_mentions, push_mentions
from cases.monitoring.actions.reports import report_by_address
from comms.actions.deciding import approve_statement
from comms.actions.releases import release_template
from comms.actions.statements import draft_statement, edit_statement
from comms.actions.submitting import submit_statement
from comms.models import Purpose, TemplateVersion
from comms.sending import claiming as sending
from comms.sending.actions.by_hand import tick_delivery
from comms.sending.models import Account, Delivery
from crisisdesk.core.access.roles import Role
from crisisdesk.core.models import Brand
from crisisdesk.desk.demo import people, pictures
from crisisdesk.desk.demo.set_up import page_of, report_address, source_of
from crisisdesk.desk.demo.telling import Telling, Thread, content, do

# How long ago the alarm was raised.
MINUTES = 50
CHANNELS = ("newsroom", "email", "facebook", "instagram", "x", "shops")

Steps = Iterator[float]


class Porridge:
    """The story in threads that run side by side. Each step says at which minute it happens."""

    case: Case
    cited: list[Fact]

    def __init__(self, brand: Brand, now: datetime, zone: ZoneInfo) -> None:
        self.brand = brand
        self.telling = Telling(now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES), zone)
        self.words = content("porridge.yaml")
        self.times = {
            "promise": self.telling.promise(26 + 75),
            "next_promise": self.telling.promise(MINUTES + 180),
            "lab": self.telling.promise(MINUTES + 120),
        }

    def threads(self) -> list[Thread]:
        """Everything that goes on at once."""
        parts = (
            self.opening(), self.team(), self.talk(), self.work(), self.answer_at_the_source(), self.first_statement(),
            self.main_claim(), self.evidence(), self.open_questions(), self.rumour(), self.decision(), self.update(),
        )  # fmt: skip
        return [self.telling.thread(part) for part in parts]

    def say(self, text: str, language: str = "cs") -> str:
        """A text of the story with its times filled in."""
        return self.telling.spoken(text, language, **self.times)

    def opening(self) -> Steps:
        """A trigger term raises the signal, a shop reports the same, the duty officer opens a case."""
        early, report = self._mentions(lambda at: at < 0), self.words["report"]
        yield 0
        pushed = do(push_mentions, source_of(self.brand), "service", mentions=early)
        (signal,) = pushed.signals
        yield 1
        do(attach_mentions, signal, "duty", mentions=pushed.stored)
        yield 2
        address = report_address(self.brand)
        do(report_by_address, address, None, what=report["what"], where=report["link"], who=report["who"])
        yield 3
        do(take_over_signal, signal, "duty")
        yield 5
        self.case = do(
            open_case, signal, "duty",
            title=self.words["title"], summary=self.words["summary"],
            kind=CrisisKind.objects.get(code="viral_backlash"),
            harm="yes", spreading="yes", growing="yes", sentence=self.words["acts"]["severity"],
            lead=people.user_of("crisis_lead"), content_languages=["cs", "en"],
        )  # fmt: skip
        yield 6
        do(accept_role, self._offer("crisis_lead"), "crisis_lead")
        yield 7
        do(activate_case, self.case, "crisis_lead")

    def team(self) -> Steps:
        """Roles are offered; the lawyer declines, the deputy is asked and accepts; one offer is still open."""
        answered = (
            ("comms_lead", 8), ("community", 8), ("quality", 9), ("care", 9), ("marketing", 9), ("spokesperson", 10),
        )  # fmt: skip
        yield 7.2
        for code in (*dict(answered), "exec", "legal"):
            do(offer_role, self.case, "crisis_lead", user=people.user_of(code), role=code)
        for code, minute in answered:
            yield minute
            do(accept_role, self._offer(code), code)
        yield 11
        do(decline_role, self._offer("legal"), "legal", reason=self.words["acts"]["refused"])
        yield 12
        do(accept_role, self._offer("exec"), "exec")
        yield 13
        do(accept_role, self._offer("legal_deputy"), "legal_deputy")
        yield MINUTES - 2
        do(offer_role, self.case, "crisis_lead", user=people.user_of("scribe"), role=Role.SCRIBE)

    def talk(self) -> Steps:
        """What people write meanwhile; a trigger term raises a second signal, which joins the case."""
        for row in self.words["mentions"]:
            if row["at"] < 0:
                continue
            yield row["at"] + 1
            pushed = do(push_mentions, source_of(self.brand), "service", mentions=self.telling.mentions([row]))
            for signal in pushed.signals:
                yield row["at"] + 2
                do(attach_signal, signal, "duty", case=self.case)

    def work(self) -> Steps:
        """The first steps of the protocol."""
        acts, notes = self.words["acts"], self.words["notes"]
        yield 10
        self._done(2, "community", acts["screenshots"])
        yield 12
        self._done(3, "duty")
        self._tick_off(ClockCode.HOLD, "duty", acts["hold"])
        yield 15
        self._done(4, "crisis_lead")
        yield 16
        do(add_note, self.case, "care", text=notes["shop"])
        yield 22
        self._done(6, "care")
        self._tick_off(ClockCode.STAFF, "care", acts["care_card"])
        yield 40
        do(add_note, self.case, "care", text=notes["line"])
        yield 41
        do(start_task, self.case.tasks.get(step__order=10), "spokesperson")

    def answer_at_the_source(self) -> Steps:
        """The one limit that was missed."""
        yield 20
        do(breach_clock, self._clock(ClockCode.REPLY1), None)
        yield 24
        self._done(5, "community")
        self._tick_off(ClockCode.REPLY1, "community", self.say(self.words["acts"]["reply"]))

    def first_statement(self) -> Steps:
        """The approved template with closed fields, signed by the duty officer; then people post it by hand."""
        values = {
            "product": self.words["product"],
            "batch": "L2207",
            "time": self.telling.clock_time(self.times["promise"]),
            "link": page_of(self.brand),
        }
        templates = TemplateVersion.objects.approved().filter(template__brand=self.brand, template__code="product")
        yield 26
        versions = [templates.get(language=language) for language in ("cs", "en")]
        first = do(release_template, self.case, "duty", versions=versions, values=values, accounts=self._accounts())
        yield 26.1
        sending.send_due()
        for minute, code, who in ((27, "facebook", "community"), (28, "instagram", "community"), (29, "x", "duty")):
            yield minute
            delivery = Delivery.objects.get(version=first, account__code=code)
            do(tick_delivery, delivery, who, url=f"https://{code}.example/zrnko/{minute}2207")

    def main_claim(self) -> Steps:
        """Is it our product? Somebody finds out, somebody else confirms."""
        facts = self.words["facts"]
        yield 15.2
        self.ours = do(
            add_fact, self.case, "crisis_lead", text=facts["ours"]["text"], owner=people.user_of("quality"),
            verify_by=self.telling.instant(45),
        )  # fmt: skip
        yield 34
        do(confirm_fact, self.ours, "comms_lead", public_ok=True, source=facts["ours"]["source"])
        yield 35
        self._done(8, "quality")
        yield 42
        amount = do(add_fact, self.case, "quality", text=facts["amount"]["text"], source=facts["amount"]["source"])
        yield 43
        do(confirm_fact, amount, "crisis_lead")

    def evidence(self) -> Steps:
        """The lid from the mother who filmed it, and the post before anybody can delete it."""
        words = self.words["evidence"]
        yield 16
        do(
            add_evidence, self.case, "care", file=pictures.lid(), side=Side.PUBLIC,
            caption=words["lid"]["text"], source=words["lid"]["source"], captured_at=self.telling.instant(-30),
        )  # fmt: skip
        yield 19
        do(
            add_evidence, self.case, "community", file=pictures.post(words["post"]["name"]), side=Side.PUBLIC,
            caption=words["post"]["text"], source=words["post"]["source"], captured_at=self.telling.instant(18.5),
        )  # fmt: skip

    def open_questions(self) -> Steps:
        """What nobody knows yet, each with somebody who finds out until a time."""
        facts = self.words["facts"]
        yield 15.4
        do(
            add_fact, self.case, "crisis_lead", text=facts["cause"]["text"], state="open",
            owner=people.user_of("quality"), source=self.say(facts["cause"]["source"]), verify_by=self.times["lab"],
        )  # fmt: skip
        yield 18
        do(
            add_fact, self.case, "crisis_lead", text=facts["earlier"]["text"], state="open",
            owner=people.user_of("care"), source=facts["earlier"]["source"],
            verify_by=self.telling.instant(MINUTES + 40),
        )  # fmt: skip

    def rumour(self) -> Steps:
        """Heard, checked, refuted."""
        words = self.words["facts"]["rumour"]
        yield 17
        rumour = do(
            add_fact, self.case, "community", text=words["text"], type="rumour", source=words["where"],
            owner=people.user_of("community"), verify_by=self.telling.instant(45),
        )  # fmt: skip
        yield 38
        do(refute_fact, rumour, "spokesperson", source=words["refuted"], answer=RumourAnswer.INDIVIDUALLY)

    def decision(self) -> Steps:
        """The batch is withdrawn from sale without waiting for the laboratory."""
        chosen, recall = self.words["decision"], self.words["facts"]["recall"]
        yield 44
        do(
            add_decision, self.case, "crisis_lead", decision=chosen["decision"], question=chosen["question"],
            options="\n".join(chosen["options"]), why=self.say(chosen["why"]),
        )  # fmt: skip
        fact = do(add_fact, self.case, "crisis_lead", text=recall["text"], source=recall["source"])
        yield 44.5
        do(confirm_fact, fact, "comms_lead", public_ok=True)
        self.cited = [self.ours, fact]

    def update(self) -> Steps:
        """The next information admits the fault: communications have approved it, legal and the executive are asked."""
        said, promised = self.words["update"], self.times["next_promise"]
        yield 45
        draft = do(
            draft_statement, self.case, "community",
            purpose=Purpose.UPDATE, title=said["title"]["cs"], text=self.say(said["cs"]),
            admits_fault=True, accounts=self._accounts(),
        )  # fmt: skip
        yield 46
        rests_on = {"facts": self.cited, "next_update_at": promised}
        version = do(edit_statement, draft, "community", **rests_on)
        english = {"title": said["title"]["en"], "text": self.say(said["en"], "en")}
        do(edit_statement, draft.statement.newest("en"), "community", **english, **rests_on)
        yield 47
        submitted = do(submit_statement, version, "community")
        yield 48
        given = {"payload_hash": submitted.payload_hash, "comment": said["approved"]}
        do(approve_statement, submitted.request, "comms_lead", **given)

    def _mentions(self, wanted: Any) -> list[dict[str, Any]]:
        return self.telling.mentions(row for row in self.words["mentions"] if wanted(row["at"]))

    def _offer(self, code: str) -> RoleAssignment:
        return self.case.roles.get(user=people.user_of(code), state=RoleState.OFFERED)

    def _done(self, order: int, who: str, note: str = "") -> None:
        do(finish_task, self.case.tasks.get(step__order=order), who, note=note)

    def _clock(self, code: str) -> Clock:
        return Clock.objects.running().get(case=self.case, code=code)

    def _tick_off(self, code: str, who: str, note: str) -> None:
        do(tick_off_clock, self._clock(code), who, note=note)

    def _accounts(self) -> list[Account]:
        return list(Account.objects.filter(brand=self.brand, code__in=CHANNELS))

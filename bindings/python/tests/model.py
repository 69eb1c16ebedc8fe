# SPDX-License-Identifier: Apache-2.0
"""What libcertlife must do, as a second pair of eyes reads it in the specification.

Written from the text of the specification alone and from none of the library's code, so that a mistake in one is not a
mistake in both; test_model.py lets both live through the same histories. It keeps facts in plain objects and derives
everything else when asked (R-ALL-17). Row ids stand where a row is applied. Codes, acts, statuses and profile values go
by the names that the public headers give them. Suspension, delegates and outside issuers are not modelled.
"""

import datetime
import re
from dataclasses import dataclass, field
from math import inf
from typing import Dict, List, NamedTuple, Optional, Tuple

DAY = 86400
EPOCH = datetime.date(1970, 1, 1).toordinal()

# Section 9: what the four institutions have in common, and where each differs.
COMMON = {
    "validity": "1 year", "last moment": "end of the expiry date", "obtain by": "80", "renewal opens": "30",
    "renewal closes": "end of the expiry date", "carry over": "no", "renewal needs": "certificate login",
    "old after renewal": "until the new one is confirmed", "e-mail": "30, 10", "e-mail to": "user",
    "screen notice": "30", "expired obtain": "90", "reissue": "yes", "revoked obtain": "no",
    "old at reissue": "stops at once", "master revokes own": "no", "confirmation password": "no", "media": "pc",
    "channels": "any", "users": "100", "delegated administrators": "no", "time": "UTC+09:00",
    "sending hours": "09:00-17:00", "clock tolerance": "5", "idempotency keys kept": "30",
}  # fmt: skip
BUILT_IN = {
    "webfb-login": {**COMMON, "renewal needs": "ID and password"},
    "webfb": COMMON,
    "houjin": {**COMMON, "media": "pc, usb_token"},
    "kumiai": {
        **COMMON, "e-mail": "30", "expired obtain": "no limit", "reissue": "no", "revoked obtain": "yes",
        "master revokes own": "yes", "confirmation password": "yes",
        "channels": "edge/app, edge/ie_mode, chrome/app",
    },
}  # fmt: skip


def clock_time(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class Profile:
    """Section 9, and the calendar of section 11: an institution's values and what follows from them for a moment."""

    def __init__(self, values: Dict[str, str]) -> None:
        self.values = values
        sign, offset = re.fullmatch(r"UTC([+-])(\d\d:\d\d)", values["time"]).groups()
        self.offset = clock_time(offset) * (1 if sign == "+" else -1)

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def yes(self, name: str) -> bool:
        return self.values[name] == "yes"

    def names(self, name: str) -> List[str]:
        return self.values[name].split(", ")

    def day(self, moment: int) -> int:
        return (moment + self.offset) // DAY

    def start(self, day: int) -> int:
        return day * DAY - self.offset

    def end(self, day: int) -> int:
        return self.start(day + 1) - 1

    def obtain_by(self, now: int) -> float:  # R-OBT-2, R-ALL-15
        return inf if self["obtain by"] == "no limit" else self.end(self.day(now) + int(self["obtain by"]))

    def not_after(self, now: int, old: Optional["Certificate"]) -> int:  # R-OBT-3, R-REN-4, R-TIM-2
        length = {unit: int(count) for count, unit in re.findall(r"(\d+) (year|day)", self["validity"])}
        date = datetime.date.fromordinal(self.day(now) + EPOCH)
        try:
            date = date.replace(year=date.year + length.get("year", 0))
        except ValueError:  # 29 February
            date = date.replace(year=date.year + length["year"], day=28)
        day = date.toordinal() - EPOCH + length.get("day", 0)
        if old and self.yes("carry over"):  # R-REN-9
            day += max(0, self.day(old.not_after) - self.day(now))
        if self["last moment"] == "same time of day":
            return self.start(day) + now - self.start(self.day(now)) - 1
        return self.end(day)

    def opens(self, certificate: "Certificate") -> int:  # R-REN-2
        return self.start(self.day(certificate.not_after) - int(self["renewal opens"]))

    def closed_from(self, certificate: "Certificate") -> int:  # R-REN-9, R-ALL-15; only a valid one is renewed
        if self["renewal closes"] == "end of the expiry date":
            return certificate.not_after + 1
        closing = self.start(self.day(certificate.not_after)) + clock_time(self["renewal closes"])
        return min(closing, certificate.not_after + 1)

    def expired_obtain_until(self, certificate: "Certificate") -> float:  # R-OBT-9
        days = self["expired obtain"]
        if days in ("0", "after a revocation"):
            return -inf
        return inf if days == "no limit" else self.end(self.day(certificate.not_after) + int(days))

    def sends_from(self) -> Tuple[int, int]:  # R-NOT-6
        if self["sending hours"] == "any":
            return 0, DAY
        first, last = self["sending hours"].split("-")
        return clock_time(first), clock_time(last)


@dataclass(eq=False, repr=False)
class Certificate:
    owner: "User"
    key: str
    act: str  # that issued it
    not_before: int
    not_after: int
    serial: Optional[str] = None  # the library's, told by whoever drives both
    confirmed: bool = False
    replaced: bool = False
    revoked: bool = False
    compromised: bool = False
    reissued: bool = False  # taken away by a reissue

    def __repr__(self) -> str:
        return f"<{self.owner.contract.id} {self.owner.id} {self.key}, {self.act}>"

    def usable(self, now: int) -> bool:
        return not self.revoked and not self.replaced and now <= self.not_after

    def state(self, now: int) -> str:
        if self.revoked:
            return "revoked"
        if self.replaced:
            return "replaced"
        if now > self.not_after:
            return "expired"
        return "valid" if self.confirmed else "unconfirmed"


@dataclass(eq=False, repr=False)
class User:
    contract: "Contract"
    id: str
    master: bool
    email: str
    deleted: bool = False
    authorised_until: Optional[float] = None  # an authorisation not used yet, lapsed or not
    current: Optional[Certificate] = None
    renewed: Optional[Certificate] = None  # beside the current one, not confirmed (R-USR-1)
    history: List[Certificate] = field(default_factory=list)
    told: set = field(default_factory=set)


@dataclass(eq=False, repr=False)
class Contract:
    id: str
    applied: bool = False
    usb_token: bool = False
    closed: bool = False
    users: Dict[str, User] = field(default_factory=dict)


@dataclass(frozen=True)
class Actor:
    kind: str  # "user", "branch", "system"
    contract: Optional[str] = None
    user: Optional[str] = None
    password: bool = False
    confirmation: bool = False
    certificate: Optional[Certificate] = None
    foreign: bool = False  # presents a certificate of another issuer
    application: bool = False
    key: Optional[str] = None  # idempotency


class Request(NamedTuple):
    key: Optional[str] = None  # None: a new one
    medium: Optional[str] = None  # None: one that the profile allows
    channel: Optional[str] = None


class Answer(NamedTuple):
    code: str
    row: str
    certificate: Optional[Certificate] = None

    @property
    def allowed(self) -> bool:
        return self.code == "allowed"


class Refused(Exception):
    pass


class ClockBehind(Exception):
    """R-TIM-3: a failure, not a refusal."""


def must(condition: object, code: str, row: str) -> None:
    if not condition:
        raise Refused(Answer(code, row))


WITH_PASSWORD = ("obtain", "deliver again", "confirm")
NO_APPLICATION = ("register contract", "show user", "list users", "show contract", "run notices")


class Bank:
    def __init__(self, profile: Profile, clock: int) -> None:
        self.profile = profile
        self.clock = clock
        self.changed = 0  # the latest moment of a committed change
        self.contracts: Dict[str, Contract] = {}
        self.issued: List[Certificate] = []
        self.answers: Dict[tuple, tuple] = {}

    @property
    def now(self) -> int:  # R-TIM-3
        return max(self.clock, self.changed)

    def find(self, contract: Optional[str], user: Optional[str]) -> Optional[User]:
        return self.contracts[contract].users.get(user) if contract in self.contracts else None

    # What is derived from the facts and the moment.

    def pair(self, user: User) -> Tuple[Optional[Certificate], Optional[Certificate]]:
        """The current certificate, and the unconfirmed one beside it."""
        if user.renewed and not user.current.usable(self.now):  # R-ALL-6: it takes its place
            return user.renewed, None
        return user.current, user.renewed

    def unconfirmed(self, user: User) -> Optional[Certificate]:
        current, renewed = self.pair(user)
        last = renewed or current
        return last if last and last.usable(self.now) and not last.confirmed else None

    def awaiting(self, user: User) -> bool:
        return user.authorised_until is not None and self.now <= user.authorised_until

    def status(self, user: User) -> str:  # R-ALL-2
        current = self.pair(user)[0]
        usable = current and current.usable(self.now)
        authorised = user.authorised_until is not None
        if user.deleted:
            return "deleted"
        if user.contract.closed:
            return "contract closed"
        if current and current.revoked and not authorised:
            return "revoked"
        if not user.contract.applied or not authorised and not current:
            return "not applied"
        if self.awaiting(user):
            return "awaiting"
        if not usable:
            return "obtain period over" if authorised else "expired"
        return "renewal due" if self.now >= self.profile.opens(current) else "obtained"

    def days_left(self, certificate: Certificate) -> int:
        return self.profile.day(certificate.not_after) - self.profile.day(self.now)

    def on_screen(self, user: User) -> bool:  # R-NOT-3
        current = self.pair(user)[0]
        return bool(current and self.login_state(current)[0] == "allowed" and self.shown(current))

    def shown(self, certificate: Certificate) -> bool:  # R-LOG-3
        return self.days_left(certificate) <= int(self.profile["screen notice"])

    def due(self, user: User) -> List[Tuple[Certificate, int]]:
        """R-NOT-1, R-NOT-2, R-NOT-4, R-NOT-5, R-ALL-16: what a worker that claims now is told of this user."""
        first, last = self.profile.sends_from()
        sending = first <= self.now - self.profile.start(self.profile.day(self.now)) < last
        if not sending or not user.email or user.authorised_until is not None or self.profile["e-mail"] == "none":
            return []
        told = []
        for each in filter(None, self.pair(user)):
            for days in sorted(map(int, self.profile.names("e-mail"))):  # the latest threshold only
                due = self.profile.start(self.profile.day(each.not_after) - days) + first
                if due <= self.now:
                    # Told of a later one already, by another profile: R-ALL-17 tells nothing twice.
                    done = any(certificate is each and before <= days for certificate, before in user.told)
                    if due > each.not_before and not done and self.login_state(each).allowed:
                        told.append((each, days))
                    break
        return told

    # R-ALL-1: the order of refusals; of an edit screen (R-RIS-4), whose certificate choice is an act beside, over both.

    def decide(self, act: str, actor: Actor, contract: Optional[str], user: Optional[str] = None,
               request: Request = Request(), serial: Optional[str] = None,
               beside: Optional[str] = None) -> Answer:  # fmt: skip
        acts = (beside, act) if beside else (act,)
        try:
            row = [self.permission(each, actor, contract, user) for each in acts][-1]
            where, them = self.contracts.get(contract), self.find(contract, user)
            for each in acts:
                self.assurance(each, actor, them)
            for each in acts:
                self.contract(each, where)
            answers = [
                getattr(self, "state_" + each.replace(" ", "_"), self.state)(
                    Answer("allowed", row), actor, where, them, request, serial
                )
                for each in acts
            ]
            return answers[-1]
        except Refused as refused:
            return refused.args[0]

    def permission(self, act: str, actor: Actor, contract: Optional[str], user: Optional[str]) -> str:
        me, them = self.find(actor.contract, actor.user), self.find(contract, user)
        where = self.contracts.get(contract)
        who = "master" if me and me.master else "general" if actor.kind == "user" else actor.kind
        own = actor.kind == "user" and me is them
        if actor.kind == "user":
            must(me, "unknown", "R-ALL-12")
            if contract != actor.contract:  # somebody else's, whether it exists or not
                where = them = None
        if act in WITH_PASSWORD:
            must(own, "own only", "R-OBT-1")
            return "R-OBT-1"
        if act in ("renew", "renew later"):
            must(own, "own only", "R-REN-1")
            return "R-REN-1"
        if act in ("register contract", "apply for certificates", "apply for USB tokens", "close contract"):
            row, kinds = {
                "register contract": ("R-ALL-13", ("branch", "system")),
                "apply for certificates": ("R-USR-4", ("branch",)),
                "apply for USB tokens": ("R-OBT-8", ("branch",)),
                "close contract": ("R-ALL-8", ("branch", "system")),
            }[act]
            must(who in kinds, "branch only", row)
            must(where or act == "register contract", "unknown", "R-ALL-12")
            return row
        if act == "run notices":
            must(who == "system", "system only", "R-ALL-13")
            return "R-ALL-13"
        if act == "reissue":
            must(self.profile.yes("reissue"), "revoke first", "R-ALL-9")
        rows = {"reissue": ("R-RIS-2", "R-RIS-1", "R-RIS-3"), "revoke": ("R-REV-1", "R-REV-1", "R-REV-4")}
        general, master, branch = rows.get(act, ("R-ALL-3",) * 3)
        if act in ("reissue", "revoke", "authorise"):
            must(who != "general", "master only", general)
            if who == "system":
                must(act == "authorise" and them and them.master, "not for system", "R-ALL-13")
            if who == "master" and own:
                own_row = {"reissue": "R-RIS-2", "revoke": "R-REV-2", "authorise": "R-ALL-3"}[act]
                must(act == "revoke" and self.profile.yes("master revokes own"), "branch only", own_row)
                return own_row
            must(them, "unknown", "R-ALL-12")
            return branch if who == "branch" else master
        if act in ("add user", "change user", "delete user"):
            must(who != "general", "master only", "R-ALL-13")
            must(act != "delete user" or not (them and them.master), "master stays", "R-ALL-8")
            must(where if act == "add user" else them, "unknown", "R-ALL-12")
            return "R-ALL-13"
        if act == "show user":
            must(who != "general" or own, "own only", "R-USR-5")
        must(where and (them or act != "show user"), "unknown", "R-ALL-12")
        return "R-ALL-12" if act == "show contract" else "R-USR-5"

    def assurance(self, act: str, actor: Actor, them: Optional[User]) -> None:
        if actor.kind != "user":
            must(actor.kind == "system" or actor.application or act in NO_APPLICATION, "application needed",
                 {"reissue": "R-RIS-3", "revoke": "R-REV-4", "apply for certificates": "R-USR-4",
                  "apply for USB tokens": "R-OBT-8"}.get(act, "R-ALL-13"))  # fmt: skip
            return
        own = them is self.find(actor.contract, actor.user)
        if act in ("deliver again", "confirm"):  # R-ALL-6: as the act that issued it
            unconfirmed = self.unconfirmed(them)
            if unconfirmed and unconfirmed.act == "renew" and self.profile["renewal needs"] == "certificate login":
                self.certificate_login(actor, "R-ALL-6")
            must(actor.password, "password needed", "R-ALL-6")
        elif act == "obtain":
            must(actor.password, "password needed", "R-OBT-1")
        elif act == "renew":
            if self.profile["renewal needs"] == "certificate login":
                self.certificate_login(actor, "R-REN-3")
            must(actor.password, "password needed", "R-REN-3")
        elif act == "show user" and own:
            must(actor.password, "password needed", "R-USR-5")
        else:
            rows = {"renew later": "R-REN-7"}
            self.certificate_login(actor, "R-REV-2" if act == "revoke" and own else rows.get(act, "R-LOG-1"))
        if act == "revoke" and self.profile.yes("confirmation password"):
            must(actor.confirmation, "confirmation password needed", "R-REV-3")

    def certificate_login(self, actor: Actor, row: str) -> None:  # R-ALL-14
        must(actor.certificate or actor.foreign, "certificate login needed", row)
        answer = self.login(actor)
        must(answer.allowed, answer.code, answer.row)
        must(actor.password, "password needed", row)

    def contract(self, act: str, where: Optional[Contract]) -> None:
        if act in NO_APPLICATION:
            return
        must(not where.closed, "contract closed", "R-ALL-8")
        if act in WITH_PASSWORD + ("renew", "renew later", "reissue", "authorise"):
            must(where.applied, "not applied", "R-USR-4")

    def state(self, answer: Answer, actor, where, them, request, serial) -> Answer:
        return answer

    def state_register_contract(self, answer, actor, where, *_) -> Answer:
        must(not where, "ID taken", "R-ALL-4")
        return answer

    def state_apply_for_certificates(self, answer, actor, where, *_) -> Answer:
        must(not where.applied, "already applied", "R-USR-4")
        return answer

    def state_apply_for_USB_tokens(self, answer, actor, where, *_) -> Answer:
        must(not where.usb_token, "already applied", "R-OBT-8")
        must("usb_token" in self.profile.names("media"), "medium not offered", "R-OBT-8")
        return answer

    def state_add_user(self, answer, actor, where, them, *_) -> Answer:
        must(not them, "ID taken", "R-ALL-4")
        places = sum(not user.deleted for user in where.users.values())
        must(places < int(self.profile["users"]), "contract full", "R-USR-2")
        return answer

    def state_change_user(self, answer, actor, where, them, *_) -> Answer:
        must(not them.deleted, "user deleted", "R-USR-7")
        return answer

    state_delete_user = state_change_user

    def state_authorise(self, answer, actor, where, them, *_) -> Answer:
        must(not them.deleted, "user deleted", "R-USR-7")
        if self.pair(them)[0]:  # reissue is meant; where there is none, revoke and obtain
            code = "has certificate" if self.profile.yes("reissue") or self.re_opened(them) else "revoke first"
            must(False, code, "R-ALL-3")
        return answer

    def state_reissue(self, answer, actor, where, them, *_) -> Answer:
        must(not them.deleted, "user deleted", "R-USR-7")
        must(them.current or them.authorised_until is not None, "not authorised", "R-ALL-10")
        return answer

    def state_revoke(self, answer, actor, where, them, *_) -> Answer:
        must(not them.deleted, "user deleted", "R-USR-7")
        current = self.pair(them)[0]
        if not self.awaiting(them):  # R-ALL-11
            must(current, "nothing to revoke", "R-ALL-11")
            must(not current.revoked or them.renewed, "already revoked", "R-REV-6")
        return answer

    def state_deliver_again(self, answer, actor, where, them, *_) -> Answer:
        must(not them.deleted, "user deleted", "R-USR-7")
        must(self.unconfirmed(them), "nothing to deliver", "R-OBT-4")
        return Answer("allowed", "R-OBT-4", self.unconfirmed(them))

    def state_confirm(self, answer, actor, where, them, request, serial) -> Answer:
        must(not them.deleted, "user deleted", "R-USR-7")
        good = [c for c in self.pair(them) if c and c.usable(self.now) and serial in (None, c.serial)]
        must(good, "nothing to confirm", "R-ALL-6")
        return answer._replace(certificate=good[0])

    def state_renew_later(self, answer, actor, where, them, *_) -> Answer:
        self.window(them)
        return answer

    def state_renew(self, answer, actor, where, them, request, serial) -> Answer:
        same = self.same_key("renew", them, request)
        if same:
            return same
        self.window(them, actor)
        self.request(them, where, request)
        return answer

    def window(self, them: User, renewing: Optional[Actor] = None) -> None:
        current, renewed = self.pair(them)
        must(not them.deleted, "user deleted", "R-USR-7")
        must(current, "nothing to renew", "R-REN-1")
        must(not self.awaiting(them), "awaiting", "R-RIS-5")
        must(not current.revoked, "revoked", "R-REV-6")
        if renewing and self.unconfirmed(them):  # R-ALL-5: only a certificate login vouches for the caller
            must(renewing.certificate and self.login(renewing).allowed, "unconfirmed", "R-ALL-5")
        must(self.now >= self.profile.opens(current), "renewal not open", "R-REN-2")
        must(self.now < self.profile.closed_from(current), "renewal closed", "R-REN-2")

    def re_opened(self, them: User) -> bool:
        """R-OBT-9 and R-OBT-10: to be had with ID and password, and no administrator."""
        current = self.pair(them)[0]
        if current.revoked:
            return self.profile.yes("revoked obtain")  # R-ALL-9
        return self.profile.closed_from(current) <= self.now <= self.profile.expired_obtain_until(current)

    def state_obtain(self, answer, actor, where, them, request, serial) -> Answer:
        same = self.same_key("obtain", them, request)
        if same:
            return same
        current = self.pair(them)[0]
        must(self.awaiting(them) or not self.unconfirmed(them), "unconfirmed", "R-ALL-5")
        if not self.awaiting(them) and not (current and self.re_opened(them)):
            must(not (current and current.usable(self.now)), "already obtained", "R-ALL-5")
            must(them.authorised_until is None, "obtain period over", "R-OBT-2")
            must(current, "not authorised", "R-OBT-1")
            must(not current.revoked, "revoked", "R-OBT-10")
            helps = self.profile["expired obtain"] == "after a revocation" and self.profile.yes("revoked obtain")
            must(not helps, "revoke first", "R-OBT-9")
            must(False, "expired too long", "R-OBT-9")
        self.request(them, where, request)
        return answer

    def same_key(self, act: str, them: User, request: Request) -> Optional[Answer]:
        """R-OBT-4, R-ALL-5: the key of the unconfirmed certificate gets it delivered again."""
        must(not them.deleted, "user deleted", "R-USR-7")
        unconfirmed, current = self.unconfirmed(them), self.pair(them)[0]
        if not unconfirmed or unconfirmed.key != request.key:
            return None
        by_password = unconfirmed.act == "obtain" or self.profile["renewal needs"] == "ID and password"
        if act == "renew":
            delivers = unconfirmed is them.renewed
        else:
            delivers = by_password and not self.awaiting(them) and (unconfirmed is current or self.re_opened(them))
        return Answer("allowed", "R-OBT-4", unconfirmed) if delivers else None

    def request(self, them: User, where: Contract, request: Request) -> None:
        media, channels = self.profile.names("media"), self.profile.names("channels")
        medium = request.medium or ("pc" if "pc" in media else "usb_token")
        must(medium in media, "medium not offered", "R-OBT-8")
        must(medium != "usb_token" or where.usb_token, "medium not applied", "R-OBT-8")
        must(request.key is None or "any" in channels or request.channel in channels, "channel not allowed", "R-OBT-7")
        bearers = [c for c in self.issued if c.key == request.key]
        must(all(c.owner is them for c in bearers), "key of another", "R-USR-3")
        must(not any(c.compromised or c.reissued for c in bearers), "key barred", "R-ALL-19")

    def login(self, actor: Actor) -> Answer:  # R-LOG-1, R-LOG-2, in the order of R-ALL-2
        if not actor.certificate or actor.foreign:
            return Answer("wrong issuer" if actor.foreign else "no certificate", "R-LOG-2")
        if actor.certificate.owner is not self.find(actor.contract, actor.user):
            return Answer("another user's", "R-USR-3")
        return self.login_state(actor.certificate)

    def login_state(self, certificate: Certificate) -> Answer:
        for refused, code in (
            (certificate.owner.deleted, "user deleted"),
            (certificate.owner.contract.closed, "contract closed"),
            (certificate.revoked, "revoked"),
            (certificate.replaced, "replaced"),
            (self.now > certificate.not_after, "expired"),
        ):
            if refused:
                return Answer(code, "R-LOG-2")
        return Answer("allowed", "R-LOG-1", certificate)

    # What each act changes.

    def change(self) -> None:
        if self.clock < self.changed - int(self.profile["clock tolerance"]):
            raise ClockBehind
        self.changed = self.now

    def act(self, act: str, actor: Actor, contract: Optional[str], user: Optional[str] = None,
            request: Request = Request(), serial: Optional[str] = None, **details) -> Answer:  # fmt: skip
        call = (act, actor, contract, user, request, serial, tuple(sorted(details.items())))
        keyed = actor.key and act != "deliver again"
        mine = (actor.kind, actor.contract, actor.user, actor.key)  # R-ISS-3
        if keyed and mine in self.answers and self.now <= self.answers[mine][0]:
            first_call, answer = self.answers[mine][1:]
            return answer if call == first_call else Answer("idempotency key reused", "R-ISS-3")
        part = details.get("certificate", "keep")
        if part == "keep":
            answer = self.decide(act, actor, contract, user, request, serial)
        elif details["email"] is None:  # R-RIS-4: nothing but the choice
            answer = self.decide(part, actor, contract, user)
        else:
            answer = self.decide(act, actor, contract, user, beside=part)
        if answer.allowed and answer.row != "R-OBT-4":
            answer = self.do(act, answer, contract, user, request, **details)
        if keyed and not answer.code.endswith("needed"):  # what was missing may be brought
            self.change()
            self.answers[mine] = (self.now + int(self.profile["idempotency keys kept"]) * DAY - 1, call, answer)
        return answer

    def do(self, act: str, answer: Answer, contract: str, user: Optional[str], request: Request, **details) -> Answer:
        them = self.find(contract, user)
        if act in ("deliver again", "show user", "list users", "show contract"):
            return answer
        if act == "confirm":
            self.confirm(answer.certificate)
            return answer
        if act == "change user" and details["email"] in (None, them.email) and details["certificate"] == "keep":
            return answer
        self.change()
        if them:
            them.current, them.renewed = self.pair(them)
        if act == "register contract":
            self.contracts[contract] = Contract(contract)
            self.contracts[contract].users[user] = User(self.contracts[contract], user, True, details["email"])
        elif act == "apply for certificates":
            self.contracts[contract].applied = True
        elif act == "apply for USB tokens":
            self.contracts[contract].usb_token = True
        elif act == "close contract":  # R-ALL-8
            self.contracts[contract].closed = True
            for each in self.contracts[contract].users.values():
                each.current, each.renewed = self.pair(each)
                self.end_certificates(each)
        elif act == "add user":  # R-ALL-3
            where = self.contracts[contract]
            them = where.users[user] = User(where, user, False, details["email"])
            if details["by"] != "system" and where.applied:
                them.authorised_until = self.profile.obtain_by(self.now)
        elif act == "authorise":
            them.authorised_until = self.profile.obtain_by(self.now)
        elif act == "delete user":  # R-USR-7
            self.end_certificates(them)
            them.deleted = True
        elif act == "change user":
            them.email = them.email if details["email"] is None else details["email"]
            if details["certificate"] == "reissue":
                self.reissue(them)
            if details["certificate"] == "revoke":
                self.end_certificates(them, details["reason"])
        elif act == "reissue":
            self.reissue(them)
        elif act == "revoke":
            self.end_certificates(them, details["reason"])
        elif act in ("obtain", "renew"):
            return answer._replace(certificate=self.issue(act, them, request))
        return answer

    def issue(self, act: str, them: User, request: Request) -> Certificate:
        old = them.current if them.current and them.current.usable(self.now) else None
        not_after = self.profile.not_after(self.now, old if act == "renew" else None)
        new = Certificate(them, request.key, act, self.now, not_after)
        if them.renewed:  # R-ALL-5
            them.renewed.revoked = True
        if old and act == "renew":  # with it, so that it was installed
            old.confirmed = True
        if old and self.awaiting(them):  # R-RIS-5: the old one stops when the new one is obtained
            old.revoked = old.reissued = True
            old = None
        them.current, them.renewed = (old, new) if old else (new, None)
        them.authorised_until = None
        them.history.append(new)
        self.issued.append(new)
        return new

    def confirm(self, certificate: Certificate) -> None:  # R-REN-6
        them = certificate.owner
        if certificate.confirmed:
            return
        self.change()
        if them.renewed is certificate:
            them.current.replaced = them.current.usable(self.now)
            them.current, them.renewed = certificate, None
        certificate.confirmed = True

    def end_certificates(self, them: User, reason: Optional[str] = None) -> None:  # R-ALL-7, R-ALL-11
        for certificate in (them.current, them.renewed):
            if certificate and not certificate.revoked and (reason or certificate.usable(self.now)):
                certificate.revoked, certificate.compromised = True, reason == "key compromise"
        them.renewed = None
        them.authorised_until = None

    def reissue(self, them: User) -> None:  # R-RIS-5, R-ALL-10
        stays = self.profile["old at reissue"] != "stops at once"
        for certificate in (them.current, them.renewed):
            if certificate:
                certificate.reissued = True
                certificate.revoked |= certificate.usable(self.now) and not (stays and certificate is them.current)
        them.renewed = None
        them.authorised_until = self.profile.obtain_by(self.now)

    def log_in(self, actor: Actor) -> Answer:
        answer = self.login(actor)
        if answer.allowed:
            self.confirm(answer.certificate)
        return answer

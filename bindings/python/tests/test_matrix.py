# SPDX-License-Identifier: Apache-2.0
"""Every decision of the built-in profiles, as tests/matrix/snapshots tells it and as it is given here.

tests/stories/states.txt says how to get into each state by public calls.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Iterator

import certlife
import pytest
from certlife import Act, Actor, IssuerAnswer, LoginMode, Permission
from world import COMPANY, MASTER, START, SetClock, ca_for_tests, signing_request

TESTS = Path(__file__).parents[3] / "tests"

#: How many cells were compared when this was written: more may come.
CELLS = 33_000

# ---- What the snapshots say ----

NEEDS = re.compile(r"(?:(?P<states>.+): )?needs (?P<what>[^,]+), else (?P<words>.+)")
TAKEN = re.compile(r"with ID taken(?:, (?P<states>.+))?: (?P<words>.+)")
LIKE = re.compile(r"(?P<who>[^:]+): like (?P<other>[^,]+)(?P<but>, with contact branch for ask master)?")
ASSURANCES = {
    "the login password": "login_password",
    "the certificate": "certificate",
    "the confirmation password": "confirmation_password",
    "a written application": "application",
}


@dataclass
class Said:
    """What is said of one act of somebody for somebody: in each state, and where something is missing."""

    in_state: dict[str, str] = field(default_factory=dict)
    otherwise: str = ""
    needs: list[tuple[frozenset[str], str, str]] = field(default_factory=list)
    taken: list[tuple[frozenset[str], str]] = field(default_factory=list)

    def words(self, state: str, missing: frozenset[str], taken: bool) -> str:
        for states, what, words in self.needs:
            if what in missing and (not states or state in states):
                return words
        usually = self.in_state.get(state, self.otherwise)
        for states, words in self.taken:
            if taken and (state in states or (not states and usually.startswith("allowed"))):
                return words
        return usually

    def add(self, line: str) -> None:
        states, _, words = line.rpartition(": ")
        if needs := NEEDS.fullmatch(line):
            self.needs.append((split(needs["states"]), ASSURANCES[needs["what"]], needs["words"]))
        elif taken := TAKEN.fullmatch(line):
            self.taken.append((split(taken["states"]), taken["words"]))
        elif states in ("in every state", "in all other states"):
            self.otherwise = words
        elif not line.startswith("with "):  # requests of other kinds, which `decide` does not ask about
            self.in_state.update(dict.fromkeys(split(states), words))

    def told_to_master(self) -> Said:
        def told(words: str) -> str:
            return words.replace("(ask master)", "(contact branch)")

        return Said(
            {state: told(words) for state, words in self.in_state.items()},
            told(self.otherwise),
            [(states, what, told(words)) for states, what, words in self.needs],
            [(states, told(words)) for states, words in self.taken],
        )


def split(states: str | None) -> frozenset[str]:
    return frozenset(states.split("; ")) if states else frozenset()


def unwrapped(file: Path) -> Iterator[tuple[int, str]]:
    """Indents and lines; one that goes on is indented by four more."""
    indent, whole = 0, ""
    for line in file.read_text("utf-8").splitlines():
        here = len(line) - len(line.lstrip())
        if whole and here >= indent + 4:
            whole += " " + line.strip()
            continue
        yield indent, whole
        indent, whole = here, line.strip()
    yield indent, whole


class Snapshot:
    """The decisions of one profile: by section, and there by "a general user for themselves" or who logs in."""

    def __init__(self, profile: str) -> None:
        self.sections: dict[str, dict[str, Said]] = {}
        self.statuses = Said()
        section, said = "", Said()
        for indent, line in unwrapped(TESTS / "matrix" / "snapshots" / f"{profile}.txt"):
            if indent == 0:
                section = line
                self.sections[section] = {}
            elif section == "statuses":
                self.statuses.add(line)
            elif indent == 2:
                said = self._pair(self.sections[section], line)
            elif section == "login" and indent == 4:
                said = self.sections[section].setdefault(f"{self._who}, {line}", Said())
            else:
                said.add(line)
        self._login_of_master()

    def _pair(self, pairs: dict[str, Said], line: str) -> Said:
        if like := LIKE.fullmatch(line):
            other = pairs.get(like["other"], Said())
            self._who = like["who"]
            return pairs.setdefault(like["who"], other.told_to_master() if like["but"] else other)
        if line.startswith(("allowed ", "refused ")):  # the same in all states, by what is said
            words, _, rest = line.partition(": ")
            for group in rest.split("; "):
                who, _, whom = group.partition(" for ")
                pairs.update({f"{who} for {each}": Said(otherwise=words) for each in whom.split(", ")})
            return Said()
        self._who = line
        return pairs.setdefault(line, Said())

    def _login_of_master(self) -> None:
        """Is like a general user's, but for the way to the administrator."""
        logins = self.sections["login"]
        for name, said in list(logins.items()):
            who, _, presented = name.partition(", ")
            if who == "a general user" and presented:
                logins.setdefault(f"the master user, {presented}", said.told_to_master())

    def said(self, act: str, who: str, whom: str) -> Said:
        return self.sections[act][f"{who} for {whom}"]

    def states(self) -> list[str]:
        return list(self.statuses.in_state)


def in_words(decision: certlife.Decision) -> str:
    if decision:
        return f"allowed {decision.row}"
    way = f" ({decision.way.text})" if decision.way is not certlife.Way.NONE else ""
    return f"refused {decision.row} {decision.code.text}{way}"


# ---- How to get there ----


def read_recipes() -> dict[str, list[str] | None]:
    """None: no public call leads there."""
    several: dict[str, list[str]] = {}
    recipes: dict[str, list[str] | None] = {}
    for line in (TESTS / "stories" / "states.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        name, sign, rest = re.split(r"( =|:)", line, maxsplit=1)
        steps = [part for step in rest.strip().split(", ") if step for part in several.get(step, [step])]
        if sign == " =":
            several[name] = steps
        else:
            recipes[name] = None if rest.strip().startswith("never:") else steps
    return recipes


RECIPES = read_recipes()
CONTRACT_STATES = ("applied", "full", "not applied", "closed")
GENERAL, ANOTHER = "keir002", "keir003"
STRANGERS, STRANGER = "0010000002", "sato001"
OTHER_MASTER = "another company's master user"  # to whom everything here is unknown
BRANCH = Actor.as_branch("yamada", application="2026-0417")
SYSTEM = Actor.as_system("nightly")
NOBODY = Actor.as_user("0019999999", "nobody", login_password=True, confirmation_password=True)


class LaterIssuer:
    def authority(self) -> str:
        return ca_for_tests()[0]

    def issue(self, order: certlife.Order | bytes) -> IssuerAnswer:
        return IssuerAnswer.LATER

    poll = issue


class Company:
    """A company, and the user whose state it is about."""

    def __init__(self, profile: str, user: str) -> None:
        self.user = user
        self.clock = SetClock()
        self.held: dict[str, list[certlife.Certificate]] = {}
        self.requests = 0
        with ExitStack() as parts:
            crypto = parts.enter_context(certlife.Crypto.mbedtls())
            store = parts.enter_context(certlife.Store.memory())
            now = parts.enter_context(certlife.Issuer.local(crypto, *ca_for_tests()))
            later = parts.enter_context(certlife.Issuer.own(LaterIssuer()))
            self.bank, self.later = (
                parts.enter_context(
                    certlife.Institution(
                        "Bank", "http://crl.example.jp", certlife.Profile(profile), store, issuer, crypto, self.clock
                    )
                )
                for issuer in (now, later)
            )
            self.parts = parts.pop_all()
        assert self.bank.contract_register(BRANCH, COMPANY, MASTER)
        assert self.bank.user_add(SYSTEM, COMPANY, ANOTHER, Permission.OPERATOR)

    def __enter__(self) -> Company:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.parts.close()

    # What the recipes do.

    def does(self, step: str) -> None:
        word, _, figure = step.partition(" ")
        if word.isdigit():
            self.clock.moment += timedelta(days=int(word))
        elif word == "expiry":
            expires = self.bank.user_get(SYSTEM, COMPANY, self.user).expect().expiry
            assert isinstance(expires, datetime)
            self.clock.moment = expires.replace(hour=12, minute=0, second=0) + timedelta(days=int(figure))
        elif word == "filled":
            for number in range(2, int(certlife.Profile()["users"])):  # beside the master user and another
                assert self.bank.user_add(SYSTEM, COMPANY, f"user{number:03}", Permission.OPERATOR)
        else:
            assert getattr(self, f"_{word}")(), f"{step} of {self.user}"

    def _applied(self) -> Any:
        return self.bank.contract_apply(BRANCH, COMPANY)

    def _closed(self) -> Any:
        return self.bank.contract_close(BRANCH, COMPANY)

    def _added(self) -> Any:
        return self.user == MASTER or self.bank.user_add(SYSTEM, COMPANY, self.user, Permission.OPERATOR)

    def _authorised(self) -> Any:
        return self.bank.user_authorise(BRANCH, COMPANY, self.user)

    def _reissued(self) -> Any:
        return self.bank.reissue(BRANCH, COMPANY, self.user)

    def _revoked(self) -> Any:
        return self.bank.revoke(BRANCH, COMPANY, self.user)

    def _deleted(self) -> Any:
        return self.bank.user_delete(BRANCH, COMPANY, self.user)

    def _obtained(self, contract: str = COMPANY, user: str = "") -> Any:
        user = user or self.user
        return self._keeps(user, self.bank.obtain(self.actor(user, contract), contract, user, self._request()))

    def _renewed(self) -> Any:
        return self._keeps(self.user, self.bank.renew(self.actor(self.user), COMPANY, self.user, self._request()))

    def _confirmed(self, contract: str = COMPANY, user: str = "") -> Any:
        user = user or self.user
        return self.bank.confirm(self.actor(user, contract), contract, user, self.held[user][-1].serial)

    def _obtaining(self) -> Any:
        answer = self.later.obtain(self.actor(self.user), COMPANY, self.user, self._request())
        return answer.decision.code is certlife.Code.ISSUING

    def _renewing(self) -> Any:
        answer = self.later.renew(self.actor(self.user), COMPANY, self.user, self._request())
        return answer.decision.code is certlife.Code.ISSUING

    def _request(self) -> certlife.Request:
        self.requests += 1
        return certlife.Request(signing_request(self.requests), channel="edge/app")

    def _keeps(self, user: str, answer: certlife.Answer[certlife.Certificate]) -> Any:
        self.held.setdefault(user, []).extend([answer.value] if answer.value else [])
        return answer

    # Who asks.

    def actor(self, user: str, contract: str = COMPANY) -> Actor:
        """With all they have: a certificate only if they could log in with it."""
        plain = Actor.as_user(contract, user, login_password=True, confirmation_password=True)
        for certificate in self.held.get(user, ()):
            presenting = replace(plain, certificate=certificate)
            if self.bank.login_check(presenting, LoginMode.LOOK):
                return presenting
        return plain

    def everybody_comes(self) -> None:
        """The others get certificates, where they can."""
        for user in {MASTER, ANOTHER} - {self.user}:
            if self.bank.user_authorise(BRANCH, COMPANY, user):
                assert self._obtained(user=user) and self._confirmed(user=user)
        assert self.bank.contract_register(SYSTEM, STRANGERS, STRANGER)
        assert self.bank.contract_apply(BRANCH, STRANGERS)
        assert self.bank.user_authorise(BRANCH, STRANGERS, STRANGER)
        assert self._obtained(STRANGERS, STRANGER) and self._confirmed(STRANGERS, STRANGER)

    def who(self, who: str, whom: str) -> Actor:
        if who == "a stranger":
            return NOBODY
        if who == OTHER_MASTER:
            return self.actor(STRANGER, STRANGERS)
        if who == "the branch":
            return BRANCH
        if who == "the system":
            return SYSTEM
        if who == "the master user":
            return self.actor(MASTER)
        return self.actor(GENERAL if whom == "themselves" else ANOTHER)


# ---- Comparing ----

compared: Counter[str] = Counter()


def lacking(actor: Actor) -> frozenset[str]:
    return frozenset(what for what in ASSURANCES.values() if not getattr(actor, what))


def without(actor: Actor, what: str) -> Actor:
    nothing: Any = None
    return replace(actor, **{what: nothing})


def compare(where: str, expected: str, decision: certlife.Decision) -> None:
    assert in_words(decision) == expected, f"{where}: the snapshot says {expected!r}, here it is {in_words(decision)!r}"
    compared[where.partition(":")[0]] += 1


@dataclass
class Asked:
    """How the snapshot calls what is asked."""

    act: Act
    who: str
    whom: str
    state: str
    contract: str | None
    user: str | None
    taken: bool = False

    def __post_init__(self) -> None:
        if self.act is Act.NOTICE_RUN:
            self.whom, self.contract, self.user = "the institution", None, None
        elif self.act is Act.USER_ADD and self.user and self.whom != "the unknown":
            # It is about a contract, and the user is who is to be added to it.
            contract_states = {"contract not applied": "not applied", "contract closed": "closed"}
            self.whom, self.state, self.taken = "the contract", contract_states.get(self.state, "applied"), True
        elif self.act is Act.CONTRACT_REGISTER:
            self.taken = self.whom != "the unknown"
        if self.who == OTHER_MASTER:
            self.who, self.whom, self.state = "the master user", "the unknown", "whatever is so"


def decide(company: Company, snapshot: Snapshot, profile: str, state: str, who: str, whom: str) -> None:
    """Every act of one for another, with all they have and with each assurance missing."""
    contract, user = (COMPANY, company.user) if whom != "the unknown" else (NOBODY.contract, NOBODY.user)
    everything = company.who(who, whom)
    for act in Act:
        asked = Asked(act, who, whom, state, contract, None if whom == "the contract" else user)
        if act is Act.NOTICE_RUN and whom != "the unknown":
            continue  # is about nobody
        said = snapshot.said(act.text, asked.who, asked.whom)
        actors = {"": everything}
        if said.words(asked.state, lacking(everything), asked.taken).startswith("allowed"):
            held = [what for what in ASSURANCES.values() if getattr(everything, what)]
            actors.update({f", without {what}": without(everything, what) for what in held})
        for lack, actor in actors.items():
            expected = said.words(asked.state, lacking(actor), asked.taken)
            where = f"{profile}: {act.text}, {who} for {asked.whom}, {asked.state}{lack}"
            compare(where, expected, company.bank.decide(actor, act, asked.contract, asked.user))


def in_state(profile: str, state: str, user: str) -> Company:
    recipe = RECIPES[state]
    assert recipe is not None
    company = Company(profile, user)
    try:
        for step in recipe:
            company.does(step)
        company.everybody_comes()
    except BaseException:
        company.__exit__()
        raise
    return company


def is_reachable(state: str, user: str) -> bool:
    recipe = RECIPES[state]
    return recipe is not None and not (user == MASTER and "deleted" in recipe)


SNAPSHOTS = {profile: Snapshot(profile) for profile in certlife.Profile.BUILTIN}
FOR_GENERAL = [
    ("a general user", "themselves"),
    ("a general user", "another"),
    *((who, "a general user") for who in ("the master user", "the branch", "the system", "a stranger", OTHER_MASTER)),
]
FOR_MASTER = [
    ("the master user", "themselves"),
    *((who, "the master user") for who in ("a general user", "the branch", "the system", "a stranger", OTHER_MASTER)),
]
EVERYBODY = ("a general user", "the master user", "the branch", "the system", "a stranger")
USER_STATES = [
    (profile, state, user)
    for profile, snapshot in SNAPSHOTS.items()
    for state in snapshot.states()
    for user in (GENERAL, MASTER)
    if is_reachable(state, user)
]


@pytest.mark.parametrize(("profile", "state", "user"), USER_STATES)
def test_user(profile: str, state: str, user: str) -> None:
    snapshot = SNAPSHOTS[profile]
    with in_state(profile, state, user) as company:
        status = company.bank.user_get(BRANCH, COMPANY, user).expect().status.text
        assert status == snapshot.statuses.in_state[state]
        for who, whom in FOR_GENERAL if user == GENERAL else FOR_MASTER:
            decide(company, snapshot, profile, state, who, whom)


@pytest.mark.parametrize(("profile", "state", "user"), USER_STATES)
def test_login(profile: str, state: str, user: str) -> None:
    who = "a general user" if user == GENERAL else "the master user"
    with in_state(profile, state, user) as company:
        held = company.held.get(user, [])
        shown = {
            "none": None,
            "the current one": held[0] if held else None,
            "the unconfirmed one": held[1] if len(held) > 1 else None,
            "another user's": company.held[STRANGER][0],
        }
        for presented, certificate in shown.items():
            if certificate is None and presented != "none":
                continue
            said = SNAPSHOTS[profile].sections["login"][f"{who}, presenting {presented}"]
            expected = said.words(state, frozenset(), taken=False)
            actor = Actor.as_user(COMPANY, user, login_password=True, certificate=certificate)
            decision = company.bank.login_check(actor, LoginMode.LOOK).decision
            compare(f"{profile}: login, {who} presenting {presented}, {state}", expected, decision)


@pytest.mark.parametrize("state", CONTRACT_STATES)
@pytest.mark.parametrize("profile", SNAPSHOTS)
def test_contract(profile: str, state: str) -> None:
    with in_state(profile, state, MASTER) as company:
        for who in EVERYBODY:
            decide(company, SNAPSHOTS[profile], profile, state, who, "the contract")


@pytest.mark.parametrize("profile", SNAPSHOTS)
def test_unknown(profile: str) -> None:
    with in_state(profile, "whatever is so", MASTER) as company:
        for who in EVERYBODY:
            decide(company, SNAPSHOTS[profile], profile, "whatever is so", who, "the unknown")


def test_enough_is_compared(request: pytest.FixtureRequest) -> None:
    if len(compared) == 0 or request.config.option.keyword:
        pytest.skip("only a part was asked for")
    assert sum(compared.values()) >= CELLS

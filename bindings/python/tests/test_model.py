# SPDX-License-Identifier: Apache-2.0
"""Random histories, lived by the library and by model.py side by side.

CERTLIFE_MODEL_EXAMPLES asks for more histories than the usual ones, which are the same each time; with it they are new
ones each time.
"""

import contextlib
import functools
import itertools
import os
from dataclasses import replace

import model
import pytest
from both import BRANCH, FIRST_OF_APRIL, ON_CONTRACT, SYSTEM, Both
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from model import BUILT_IN, DAY, Request

import certlife

EXAMPLES = int(os.environ.get("CERTLIFE_MODEL_EXAMPLES", "0"))

CONTRACT_ACTS = ("register contract", "apply for certificates", "apply for USB tokens", "close contract")
CONTRACTS = st.sampled_from(["A", "A", "A", "A", "B", "Z"])
USERS = st.sampled_from(["m", "g", "g", "g", "h", "x"])
WHO = st.sampled_from(["right"] * 12 + ["self", "master", "general", "branch", "system", "stranger"])
SLIPS = st.sampled_from(["none"] * 14 + ["password", "confirmation", "certificate", "foreign", "other", "application"])
KEYS = st.sampled_from([f"key {number}" for number in range(8)])
IDEMPOTENCY = st.sampled_from([None] * 8 + ["once", "twice"])
REASONS = st.sampled_from(["unspecified", "key compromise", "superseded", "cessation of operation"])
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "validity": st.sampled_from(["365 days", "1 year 1 day", "2 years", "20 days", "387 days"]),
        "last moment": st.just("same time of day"),
        "obtain by": st.sampled_from(["0", "7", "no limit"]),
        "renewal opens": st.sampled_from(["28", "40", "0"]),
        "renewal closes": st.sampled_from(["09:00", "08:59"]),
        "carry over": st.just("yes"),
        "renewal needs": st.sampled_from(["ID and password", "certificate login"]),
        "e-mail": st.sampled_from(["none", "45, 40, 14, 7", "10"]),
        "screen notice": st.sampled_from(["0", "14", "45"]),
        "expired obtain": st.sampled_from(["0", "80", "no limit", "after a revocation"]),
        "reissue": st.sampled_from(["yes", "no"]),
        "revoked obtain": st.sampled_from(["yes", "no"]),
        "old at reissue": st.just("until the new one is obtained"),
        "master revokes own": st.sampled_from(["yes", "no"]),
        "confirmation password": st.sampled_from(["yes", "no"]),
        "media": st.sampled_from(["usb_token", "pc, usb_token"]),
        "users": st.sampled_from(["1", "2", "3"]),
        "time": st.sampled_from(["UTC+00:00", "UTC-03:30", "UTC+14:00"]),
        "sending hours": st.just("any"),
        "idempotency keys kept": st.just("1"),
    },
)
PROFILES = st.tuples(st.sampled_from(list(BUILT_IN)), st.one_of(st.just({}), VALUES))
START = st.sampled_from([FIRST_OF_APRIL, 1772204400, 1835362799, 1835362800, 2145884400])  # about 29 February, 2038


class Histories(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.both = None

    @initialize(profile=PROFILES, start=START, prepared=st.integers(0, 7))
    def begin(self, profile, start, prepared):
        """Many begin with a company whose master user, or a general user too, has a certificate."""
        self.both = Both(*profile, clock=start)
        steps = [
            ("register contract", "A", "m"),
            ("apply for certificates", "A", None),
            ("authorise", "A", "m"),
            ("add user", "A", "g"),
        ]
        for act, contract, user in steps[:prepared]:
            self.both.act(act, BRANCH, contract, user, **self.details(act, user))
        for user in "mg"[: max(0, prepared - 4)]:
            request = Request(f"key {'mg'.index(user)}", "usb_token" if profile[1].get("media") else "pc", "edge/app")
            if request.medium == "usb_token" and not self.both.model.contracts["A"].usb_token:
                self.both.act("apply for USB tokens", BRANCH, "A")
            got = self.both.act("obtain", self.both.person("A", user), "A", user, request)
            if got.allowed and prepared > 6:
                self.both.login(self.both.person("A", user))

    def teardown(self):
        if self.both:
            self.both.close()

    def details(self, act, user, reason="unspecified"):
        if act in ("register contract", "add user"):
            return {"email": f"{user}@example.jp"}
        return {"reason": reason} if act == "revoke" else {}

    def actor(self, act, contract, user, who, slip, which=-1, key=None):
        both = self.both
        if who == "right":
            admin = act not in model.WITH_PASSWORD + ("renew", "renew later", "show user", "log in")
            who = ("branch" if which % 2 or act in ON_CONTRACT[2:] else "master") if admin else "self"
        if who == "master" and contract not in both.model.contracts:
            who = "stranger"
        if who in ("branch", "system"):
            actor = replace(BRANCH if who == "branch" else SYSTEM, key=key)
        else:
            stranger = ("B", "m") if which % 2 else ("A", "x")
            them = {"self": (contract, user), "general": (contract, "h"), "stranger": stranger}
            person = both.master(contract) if who == "master" else both.person(*them[who], which)
            actor = replace(person, key=key)
        if slip == "password":
            return replace(actor, password=False)
        if slip == "confirmation":
            return replace(actor, confirmation=False)
        if slip == "application":
            return replace(actor, application=False)
        if actor.kind == "user" and slip in ("certificate", "foreign"):
            return replace(actor, certificate=None, foreign=slip == "foreign")
        if actor.kind == "user" and slip == "other" and both.model.issued:
            return replace(actor, certificate=both.model.issued[which % len(both.model.issued)])
        return actor

    # Time.

    @rule(seconds=st.sampled_from([1, 3600, DAY, 5 * DAY, 20 * DAY, 60 * DAY, 200 * DAY, 340 * DAY]))
    def time_passes(self, seconds):
        self.both.at(self.both.library.clock + seconds)

    @rule(which=st.integers(0, 99), beside=st.sampled_from([0, -1, 1]))
    def a_boundary_comes(self, which, beside):
        """To the second at which something opens, closes or ends; or the second before or after it."""
        ahead = self.both.boundaries()
        if ahead:
            self.both.at_boundary(ahead[which % len(ahead)])
            self.both.at(self.both.library.clock + beside)

    @rule(seconds=st.sampled_from([3, 5, 6, 3600, 40 * DAY]))
    def the_clock_goes_back(self, seconds):
        self.both.at(self.both.library.clock - seconds)

    @rule(hour=st.sampled_from([8 * 3600 + 3599, 9 * 3600, 17 * 3600 - 1, 17 * 3600, DAY - 1]))
    def an_hour_comes(self, hour):
        profile = self.both.model.profile
        moment = profile.start(profile.day(self.both.library.clock)) + hour
        self.both.at(moment if moment >= self.both.library.clock else moment + DAY)

    # Acts.

    @rule(
        act=st.sampled_from(CONTRACT_ACTS), contract=CONTRACTS, who=WHO, slip=SLIPS,
        which=st.integers(0, 9), key=IDEMPOTENCY, close=st.integers(0, 3),
    )  # fmt: skip
    def on_contract(self, act, contract, who, slip, which, key, close):
        if act == "close contract" and close:  # seldom
            act = "register contract"
        actor = self.actor(act, contract, "g", who, slip, which, key)
        self.both.act(act, actor, contract, "m" if act == "register contract" else None, **self.details(act, "m"))

    @rule(
        act=st.sampled_from(["add user", "add user", "authorise", "reissue", "revoke", "delete user"]),
        contract=CONTRACTS, user=USERS, who=WHO, slip=SLIPS, which=st.integers(0, 9), key=IDEMPOTENCY,
        reason=REASONS,
    )  # fmt: skip
    def administer(self, act, contract, user, who, slip, which, key, reason):
        actor = self.actor(act, contract, user, who, slip, which, key)
        self.both.act(act, actor, contract, user, **self.details(act, user, reason))

    @rule(
        contract=CONTRACTS, user=USERS, who=WHO, slip=SLIPS, which=st.integers(0, 9), key=IDEMPOTENCY, reason=REASONS,
        certificate=st.sampled_from(["keep", "reissue", "revoke"]),
        email=st.sampled_from([None, "", "new@example.jp"]),
    )  # fmt: skip
    def edit(self, contract, user, who, slip, which, key, reason, certificate, email):
        actor = self.actor("change user", contract, user, who, slip, which, key)
        details = {"reason": reason, "certificate": certificate, "email": email}
        self.both.act("change user", actor, contract, user, **details)

    @rule(
        act=st.sampled_from(["obtain", "obtain", "renew"]), contract=CONTRACTS, user=USERS, who=WHO, slip=SLIPS,
        which=st.integers(-2, 9), key=IDEMPOTENCY, pair=KEYS,
        medium=st.sampled_from(["pc"] * 5 + ["usb_token"]), channel=st.sampled_from(["edge/app"] * 5 + ["ie", None]),
    )  # fmt: skip
    def get(self, act, contract, user, who, slip, which, key, pair, medium, channel):
        actor = self.actor(act, contract, user, who, slip, which, key)
        self.both.act(act, actor, contract, user, request=Request(pair, medium, channel))

    @rule(
        act=st.sampled_from(["deliver again", "confirm", "confirm", "renew later"]), contract=CONTRACTS, user=USERS,
        who=WHO, slip=SLIPS, which=st.integers(-2, 9), key=IDEMPOTENCY, what=st.integers(-3, 9),
    )  # fmt: skip
    def afterwards(self, act, contract, user, who, slip, which, key, what):
        actor = self.actor(act, contract, user, who, slip, which, key)
        known = self.both.model.find(contract, user)
        history = known.history if known else []
        serial = history[what % len(history)].serial if history else "01"
        self.both.act(act, actor, contract, user, serial=serial if act == "confirm" else None)

    @rule(contract=CONTRACTS, user=USERS, slip=SLIPS, which=st.integers(-2, 9), record=st.booleans())
    def log_in(self, contract, user, slip, which, record):
        self.both.login(self.actor("log in", contract, user, "self", slip, which), record)

    @rule()
    def a_worker_comes(self):
        if self.both.model.clock >= self.both.model.changed:
            self.both.claim()

    @precondition(lambda self: EXAMPLES)  # R-ALL-17; seldom enough to leave the usual histories long
    @rule(profile=PROFILES)
    def another_profile(self, profile):
        self.both.reprofile(*profile)

    @rule(contract=CONTRACTS, user=USERS, which=st.integers(-2, 9), slip=SLIPS)
    def ask(self, contract, user, which, slip):
        for who in ("self", "master", "general", "branch", "system", "stranger"):
            actor = self.actor("show user", contract, user, who, slip, which)
            self.both.decisions_agree([actor], contract, user)
            self.both.decisions_agree([actor], contract, None)

    @invariant()
    def agree(self):
        if self.both:
            self.both.agree()


YEARS = [
    {},
    {"renewal closes": "09:00", "expired obtain": "80"},
    {"renewal closes": "09:00", "old at reissue": "until the new one is obtained", "carry over": "yes"},
    {"last moment": "same time of day", "expired obtain": "0", "revoked obtain": "yes"},
    {"expired obtain": "after a revocation", "revoked obtain": "yes", "e-mail": "45, 40, 7", "users": "2"},
    {"validity": "20 days", "old at reissue": "until the new one is obtained", "obtain by": "7"},
]


@pytest.mark.parametrize("base", BUILT_IN)
def test_built_in_profiles_are_those_of_section_9(base):
    profile = certlife.Profile(base)
    assert {name: profile[name] for name in BUILT_IN[base]} == BUILT_IN[base]


@pytest.mark.parametrize("values", YEARS, ids=lambda values: ", ".join(values) or "as built in")
@pytest.mark.parametrize("base", BUILT_IN)
def test_years_at_every_boundary(base, values):
    """One company at each second at which something opens, closes or ends, through each kind of ending."""
    general = functools.partial(get, user="g")
    endings = [
        [],
        [("renew", "key 1")],
        [("renew", "key 1"), ("confirm", None)],
        [("confirm", None), ("reissue", None)],
        [("renew", "key 1"), ("reissue", None), ("obtain", "key 1"), ("obtain", "key 0"), ("obtain", "key 2")],
        [("revoke", None), ("obtain", "key 0"), ("obtain", "key 2")],
        [("delete user", None)],
    ]
    for late, ending in itertools.product((False, True), endings):
        both = Both(base, values)
        with contextlib.closing(both):
            for act, user in (("register contract", "m"), ("apply for certificates", None), ("add user", "g")):
                both.act(act, BRANCH, "A", user, **({"email": "g@example.jp"} if user else {}))
            both.act("add user", BRANCH, "A", "h", email="")
            general(both, "obtain", "key 0")
            both.claim()  # nothing: thresholds already past are not planned (R-ALL-16)
            steps = list(ending)
            for _ in range(20):
                ahead = both.boundaries()
                current = both.model.pair(both.model.find("A", "g"))[0]
                profile = both.model.profile
                renewing = both.model.now > (current.not_after if late else profile.opens(current))
                while steps and renewing:
                    general(both, *steps.pop(0))
                if not ahead:
                    break
                both.at_boundary(ahead[0])
                if late:  # the first second after the sending hours: nothing
                    both.at(profile.start(profile.day(both.model.clock) + 1) - DAY + profile.sends_from()[1])
                    both.at(max(both.model.clock, both.model.changed))
                both.claim()


def get(both, act, key, user):
    """By the user, or by the branch."""
    by_user = act in ("obtain", "renew", "confirm")
    actor = both.person("A", user) if by_user else BRANCH
    serial = both.model.find("A", user).history[-1].serial if act == "confirm" else None
    details = {"reason": "unspecified"} if act == "revoke" else {}
    both.act(act, actor, "A", user, Request(key, "pc", "edge/app"), serial, **details)
    both.agree()


Histories.TestCase.settings = settings(
    max_examples=EXAMPLES or 300,
    stateful_step_count=60,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
TestHistories = Histories.TestCase

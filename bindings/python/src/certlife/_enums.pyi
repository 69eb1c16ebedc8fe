# SPDX-License-Identifier: Apache-2.0
# Written by tools/stubs.py; not to be edited by hand.

import enum

class Named: ...

class Told(Named):
    @property
    def text(self) -> str: ...

class Labelled(Told):
    def label(self, language: Language) -> str: ...

class Act(Told, enum.Enum):
    OBTAIN = 1
    RENEW = 2
    REISSUE = 3
    REVOKE = 4
    DELIVER = 5
    CONFIRM = 6
    RENEW_LATER = 7
    AUTHORISE = 8
    USER_ADD = 9
    USER_CHANGE = 10
    USER_DELETE = 11
    USER_SHOW = 12
    USER_LIST = 13
    CONTRACT_REGISTER = 14
    CONTRACT_APPLY = 15
    CONTRACT_APPLY_USB_TOKEN = 16
    CONTRACT_CLOSE = 17
    CONTRACT_SHOW = 18
    ISSUER_ANSWER = 19
    NOTICE_RUN = 20

class ActorKind(Named, enum.Enum):
    USER = 1
    BRANCH = 2
    SYSTEM = 3

class Addressee(Told, enum.Enum):
    USER = 1
    MASTER = 2

class CertificateState(Told, enum.Enum):
    UNCONFIRMED = 1
    VALID = 2
    EXPIRED = 3
    REPLACED = 4
    REVOKED = 5

class Choice(Named, enum.Enum):
    KEEP = 0
    REISSUE = 1
    REVOKE = 2

class Code(Told, enum.Enum):
    ALLOWED = 0
    UNKNOWN = 1
    MASTER_ONLY = 2
    BRANCH_ONLY = 3
    OWN_ONLY = 4
    NOT_FOR_SYSTEM = 5
    SYSTEM_ONLY = 6
    MASTER_STAYS = 7
    PASSWORD_NEEDED = 8
    CERTIFICATE_LOGIN_NEEDED = 9
    CONFIRMATION_PASSWORD_NEEDED = 10
    APPLICATION_NEEDED = 11
    CONTRACT_CLOSED = 12
    NOT_APPLIED = 13
    SUSPENDED = 14
    USER_DELETED = 15
    ID_TAKEN = 16
    CONTRACT_FULL = 17
    ALREADY_APPLIED = 18
    ISSUING = 19
    UNCONFIRMED = 20
    ALREADY_OBTAINED = 21
    NOT_AUTHORISED = 22
    OBTAIN_PERIOD_OVER = 23
    EXPIRED_TOO_LONG = 24
    REVOKED = 25
    ALREADY_REVOKED = 26
    NOTHING_TO_REVOKE = 27
    NOTHING_TO_DELIVER = 28
    NOTHING_TO_CONFIRM = 29
    NOTHING_TO_RENEW = 30
    AWAITING = 31
    HAS_CERTIFICATE = 32
    REVOKE_FIRST = 33
    RENEWAL_NOT_OPEN = 34
    RENEWAL_CLOSED = 35
    MEDIUM_NOT_OFFERED = 36
    MEDIUM_NOT_APPLIED = 37
    CHANNEL_NOT_ALLOWED = 38
    REQUEST_KEY_KIND = 39
    REQUEST_SIGNATURE = 40
    REQUEST_KEY_WEAK = 41
    KEY_OF_ANOTHER = 42
    KEY_BARRED = 43
    KEY_REUSED = 44
    ISSUER_REJECTED = 45
    NO_CERTIFICATE = 46
    WRONG_ISSUER = 47
    UNKNOWN_CERTIFICATE = 48
    ANOTHER_USERS = 49
    REPLACED = 50
    NOT_YET_VALID = 51
    EXPIRED = 52

class ErrorClass(Named, enum.Enum):
    RETRY = 1
    CALL = 2
    OPERATOR = 3
    BUG = 4

class IssuerAnswer(Named, enum.Enum):
    LATER = 1
    REJECTED = 2
    UNKNOWN = 3

class Language(Named, enum.Enum):
    JA = 1
    EN = 2

class LoginMode(Named, enum.Enum):
    RECORD = 1
    LOOK = 2

class Medium(Told, enum.Enum):
    PC = 1
    USB_TOKEN = 2

class NoticeKind(Labelled, enum.Enum):
    EXPIRY = 1
    EXPIRED = 2
    OBTAIN_BY = 3
    ISSUED = 4
    REISSUED = 5
    REVOKED = 6
    DIGEST = 7

class NoticeState(Told, enum.Enum):
    PLANNED = 1
    SENT = 2
    PARKED = 3

class Permission(Named, enum.Enum):
    APPROVER = 1
    OPERATOR = 2

class Reason(Told, enum.Enum):
    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION = 5
    PRIVILEGE_WITHDRAWN = 9

class Role(Named, enum.Enum):
    MASTER = 1
    GENERAL = 2

class Signature(Named, enum.Enum):
    RSA_SHA256 = 1
    RSA_SHA384 = 2
    RSA_SHA512 = 3
    ECDSA_SHA256 = 4
    ECDSA_SHA384 = 5
    ECDSA_SHA512 = 6

class Status(Labelled, enum.Enum):
    DELETED = 1
    CONTRACT_CLOSED = 2
    REVOKED = 3
    SUSPENDED = 4
    NOT_APPLIED = 5
    ISSUING = 6
    AWAITING = 7
    OBTAIN_PERIOD_OVER = 8
    EXPIRED = 9
    RENEWAL_DUE = 10
    OBTAINED = 11

class StoreMode(Named, enum.Enum):
    READ = 1
    WRITE = 2
    WRITE_RESERVE = 3

class Way(Told, enum.Enum):
    NONE = 0
    ASK_MASTER = 1
    CONTACT_BRANCH = 2
    OBTAIN = 3
    LOG_IN = 4
    DELIVER = 5
    REVOKE_FIRST = 6
    WAIT = 7

class Who(enum.Flag):
    SELF = 1
    MASTER = 2
    BRANCH = 4
    SYSTEM = 8

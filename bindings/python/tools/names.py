# SPDX-License-Identifier: Apache-2.0
"""Where each function of the library is in Python, read from the binding itself: names.py docs/python.md

writes the table into that page; without an argument, to the screen.
"""

from __future__ import annotations

import ast
import pathlib
import re
import sys

PACKAGE = pathlib.Path(__file__).resolve().parents[1] / "src" / "certlife"
PUBLIC = re.findall(r'^    "(\w+)",$', (PACKAGE / "__init__.py").read_text(encoding="utf-8"), flags=re.M)

#: Why a function has no place in Python.
REASONS = {
    "certlife_error_code": "the call answers it",
    "certlife_error_class_of": "`error_class` of the exception comes from its code",
}

#: What stands where no public name tells it; a test looks whether each is there.
_NAMES = {
    "certlife_act_name": "Act.text",
    "certlife_addressee_name": "Addressee.text",
    "certlife_build_info": "build_info",
    "certlife_certificate_der": "Certificate.der",
    "certlife_certificate_revoked_at": "Certificate.revoked_at",
    "certlife_certificate_state_name": "CertificateState.text",
    "certlife_code_name": "Code.text",
    "certlife_crypto_free": "Crypto.close",
    "certlife_decision_sentence": "Decision.sentence",
    "certlife_decision_way_sentence": "Decision.way_sentence",
    "certlife_error_backend_code": "Error.backend_code",
    "certlife_error_backend_name": "Error.backend_name",
    "certlife_error_class_for": "Error.error_class",
    "certlife_error_meaning": "Error.meaning",
    "certlife_error_message": "Error.message",
    "certlife_error_name": "Error.name",
    "certlife_institution_close": "Institution.close",
    "certlife_institution_open": "Institution",
    "certlife_issuer_close": "Issuer.close",
    "certlife_medium_name": "Medium.text",
    "certlife_notice_kind_label": "NoticeKind.label",
    "certlife_notice_kind_name": "NoticeKind.text",
    "certlife_notice_member_count": "Notice.members",
    "certlife_notice_page_at": "NoticePage.items",
    "certlife_notice_page_count": "NoticePage.items",
    "certlife_notice_page_more": "NoticePage.more",
    "certlife_notice_parked": "Institution.notice_parked",
    "certlife_notice_state_name": "NoticeState.text",
    "certlife_profile_builtin": "Profile.BUILTIN",
    "certlife_profile_new": "Profile",
    "certlife_profile_value_name": "Profile.VALUES",
    "certlife_reason_name": "Reason.text",
    "certlife_status_label": "Status.label",
    "certlife_status_name": "Status.text",
    "certlife_store_close": "Store.close",
    "certlife_user_history": "Institution.user_history",
    "certlife_user_list": "Institution.user_list",
    "certlife_user_permission": "User.permission",
    "certlife_version": "__version__",
    "certlife_way_name": "Way.text",
}
for _kind in ("certificate", "user"):
    _NAMES[f"certlife_{_kind}_page_at"] = _NAMES[f"certlife_{_kind}_page_count"] = "Page.items"
    _NAMES[f"certlife_{_kind}_page_next"] = "Page.next"

#: What the binding does by itself.
_BY_ITSELF = {
    "certlife_error_set": "what is raised in a part written in Python",
    "certlife_version_number": "checked when it is imported",
}
_WRITTEN = {"__getitem__": "[name]", "__setitem__": "[name] = text", "__str__": "str()", "__eq__": "=="}

_BEGIN = "<!-- names -->\n"
_END = "<!-- /names -->\n"


class Reader(ast.NodeVisitor):
    """Notes in which class, method and field `lib.certlife_...` stands."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        self.found = found
        self.within: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.nested(node, "Institution" if node.name.endswith("Calls") else node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.nested(node, node.name)

    def nested(self, node: ast.AST, name: str) -> None:
        self.within.append(name)
        self.generic_visit(node)
        self.within.pop()

    def visit_Call(self, node: ast.Call) -> None:
        """`User(id=from_c(lib.certlife_user_id(c)))` is the field User.id."""
        kind = node.func.id if isinstance(node.func, ast.Name) else ""
        for child in [node.func, *node.args]:
            self.visit(child)
        for keyword in node.keywords:
            before = self.within
            if kind[:1].isupper() and keyword.arg:
                self.within = [kind, keyword.arg]
            self.visit(keyword.value)
            self.within = before

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id in ("lib", "_lib") and node.attr.startswith("certlife_"):
            if not node.attr.startswith("certlife_py_"):
                self.found.setdefault(node.attr, []).append(self.place())
        self.generic_visit(node)

    def place(self) -> str:
        public = all(name in _WRITTEN or not name.startswith("_") for name in self.within)
        return ".".join(self.within) if public and self.within and self.within[0] in PUBLIC else ""


def places() -> dict[str, str]:
    """Each C function that the binding uses, and its public name in Python; "" if it has none."""
    found: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.glob("*.py")):
        Reader(found).visit(ast.parse(file.read_text(encoding="utf-8")))
    told = (PACKAGE / "_told.h").read_text(encoding="utf-8")
    for kind, field in re.findall(r"\bcertlife_(decision|login)_(\w+)\(", told):
        found.setdefault(f"certlife_{kind}_{field}", []).append(f"{kind.title()}.{field}")
    return {
        function: _NAMES.get(function) or next((name for name in names if name), "")
        for function, names in found.items()
    }


def shown(function: str, place: str) -> str:
    if function in _BY_ITSELF:
        return _BY_ITSELF[function]
    if not place:
        return "by itself" if function.endswith(("_free", "_new")) else "?"
    kind, _, name = place.partition(".")
    return f"`{kind}`: `{_WRITTEN[name]}`" if name in _WRITTEN else f"`{place}`"


def table() -> str:
    rows = [(function, shown(function, place)) for function, place in places().items()]
    rows += [(function, f"none: {reason}") for function, reason in REASONS.items()]
    return "| C | Python |\n|---|---|\n" + "".join(f"| `{function}` | {shown} |\n" for function, shown in sorted(rows))


def main() -> None:
    if len(sys.argv) < 2:
        print(table(), end="")
        return
    page = pathlib.Path(sys.argv[1])
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(f"{before}{_BEGIN}{table()}{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

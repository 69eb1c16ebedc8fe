#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Records the behaviour tests as stories that every language tells again:
#
#     record.sh BUILD            writes BUILD/stories/test_*.jsonl, where they are older than the tests, and counts them
#
# Each line is a JSON object:
#
#     {"story": "test_r_ren_2_opens"}     a test begins. Nothing is left over from the one before
#     {"call": "open", "bank": 1, …}      an institution, with its profile as text. `store` numbers the stores, in memory:
#                                         institutions with the same number share one. `authority` and `key` are the CA's
#                                         certificate and key; without a key the issuer is one of the host program's own,
#                                         told by what it answered; without both there is none
#     {"call": "close", "bank": 1}
#     {"call": "obtain", "bank": 1, "actor": {…}, …, "now": 1775012400, "answer": {…}, "out": {…}}
#     {"end": ""}                         the story is whole; or why it cannot be told further
#
# A call has the name of its C function without certlife_, its actor, and its arguments by their names in the headers:
# enumerations as numbers, bytes as base64, what is NULL as null. Then what came of it:
#
#     now       what the institution's clock said, null where it failed; missing where the call did not ask
#     answer    the decision, with its names and sentences; or the failure's name and message
#     out       what came out, by the names of the C getters: one, or a list of a page; `next` and `more` of a page
#     asked 1   what the host program's own issuer was asked in the middle of it, and answered; `asked 2` and so on
#
# What is by chance has a name by its first appearance in the story: "#1" a certificate (its serial number; presented by
# an actor, its DER), "*1" a notice's key, "@1" an order's id. A notice is given back to the library as [line, index]:
# that which the page of that line held; lines are counted from 1 in each file.
set -euo pipefail
build=$(cd "$1" && pwd)
stories=$build/stories
mkdir -p "$stories"
exec 9>"$stories/lock"
flock 9 # tests of both languages may begin at once

record() {
    local test=$1 stories=$2 name folder
    name=$(basename "$test")
    [ "$stories/$name.jsonl" -nt "$test" ] && return
    folder=$(mktemp -d "$stories/$name.XXXXXX")
    trap "rm -rf '$folder'" EXIT
    if ! CERTLIFE_RECORD=$folder "$test" >"$folder/output" 2>&1; then
        cat "$folder/output" >&2
        echo "$name does not pass, so its stories are not worth telling" >&2
        exit 255
    fi
    mv "$folder/$name.jsonl" "$stories/"
}
export -f record
find "$build/tests/behaviour" -maxdepth 1 -name 'test_*' -type f -executable -print0 |
    xargs -0 -P 2 -I TEST bash -euc 'record "$@"' record TEST "$stories"

count() {
    cat "$stories"/*.jsonl | grep -c "$1" || true
}
echo "stories: $(count '^{"end":""}') of $(count '^{"story":') are whole; the others end with:"
cat "$stories"/*.jsonl | grep '^{"end":"[^"]' | sort | uniq -c

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# what_can_i_do.sh PROGRAM EXPECTED: its table is as expected, and its JSON says the same.
set -eu
table=$("$1") json=$("$1" --json)
echo "$table" | diff -u "$2" -
# One object a line; each row of the table that says yes has one that is open.
yes_in_table=$(echo "$table" | grep -ow yes | wc -l)
yes_in_json=$(echo "$json" | grep -c '"open": true')
if [ "$yes_in_table" != "$yes_in_json" ]; then
    echo "$yes_in_table choices are open in the table, $yes_in_json in the JSON" >&2
    exit 1
fi
[ ! -x "$(command -v python3)" ] || echo "$json" | python3 -m json.tool >/dev/null

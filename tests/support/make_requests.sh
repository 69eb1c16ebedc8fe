#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make_requests.sh OPENSSL FOLDER STAMP COUNT: P-256 keys and PKCS #10 requests, as a user's PC would make them.
set -eu
openssl=$1 folder=$2 stamp=$3 count=$4
mkdir -p "$folder"
i=0
while [ "$i" -lt "$count" ]; do
    name=$folder/$(printf 'request-%02d' "$i")
    "$openssl" req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=anything $i" \
        -keyout "$name.key" -out "$name.pem" 2>/dev/null
    i=$((i + 1))
done
echo "$count" >"$stamp"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh OPENSSL ZLINT ISSUE_EACH: certificates of every kind have nothing to be said against them by RFC 5280, RFC 5480
# and RFC 8813; and the linter does see what is wrong with a certificate made on purpose.
set -eu
openssl=$1 zlint=$2 issue_each=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

request() {
    name=$1
    shift
    "$openssl" req -new -nodes -subj "/CN=$name" -keyout "$folder/$name.key" -out "$folder/$name.csr" "$@" 2>/dev/null
}
request p256 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
request p384 -newkey ec -pkeyopt ec_paramgen_curve:secp384r1
for bits in 2048 3072 4096; do
    request "rsa$bits" -newkey "rsa:$bits"
done

# What the linter says against a file: one line a lint, nothing if it is content. Debian's does not take RFC8813 as the
# name of a source: its one lint is called by its own.
complaints() {
    "$zlint" -format "$1" -includeSources RFC5280,RFC5480,Community "$2" >"$folder/said"
    "$zlint" -format "$1" -includeNames e_ecdsa_allowed_ku "$2" >>"$folder/said"
    tr '}' '\n' <"$folder/said" | grep -E '"(error|warn|fatal)"' || true
}

"$openssl" req -x509 -new -newkey rsa:2048 -nodes -keyout "$folder/bad.key" -subj / -set_serial 0 -days 1 \
    -out "$folder/bad.pem" 2>/dev/null
if [ -z "$(complaints pem "$folder/bad.pem")" ]; then
    echo "the linter says nothing against a serial number of zero"
    exit 1
fi

"$issue_each" "$folder"
count=0
for certificate in "$folder"/*.crt; do
    said=$(complaints der "$certificate")
    if [ -n "$said" ]; then
        echo "$(basename "$certificate"):"
        echo "$said"
        exit 1
    fi
    count=$((count + 1))
done
echo "$count certificates linted"
[ "$count" = 30 ]

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# first_steps.sh FORTY_LINES LOGIN_GATE: a CA and a request by openssl, a certificate by the one, logins by the other.
set -eu
forty_lines=$(realpath "$1") login_gate=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# answers CODE COMMAND ...
answers() {
    expected=$1 found=0
    shift
    "$@" || found=$?
    [ "$found" = "$expected" ] || {
        echo "exit code $found instead of $expected: $*" >&2
        exit 1
    }
}

p256='ec -pkeyopt ec_paramgen_curve:prime256v1'
openssl req -x509 -newkey $p256 -nodes -subj '/CN=Example CA' -days 3650 -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout ca.key -out ca.crt 2>openssl.log
openssl req -new -newkey $p256 -nodes -subj '/CN=PC' -keyout keir001.key -out keir001.csr 2>openssl.log
openssl x509 -in ca.crt -outform der -out ca.der
echo 'profile = webfb' >bank.profile

answers 2 "$forty_lines"
answers 2 "$forty_lines" store ca.crt keir001.key <keir001.csr
answers 0 "$forty_lines" store ca.crt ca.key <keir001.csr >keir001.crt
answers 0 openssl verify -purpose sslclient -CAfile ca.crt keir001.crt
answers 1 "$forty_lines" store ca.crt ca.key <keir001.csr

openssl x509 -in keir001.crt -outform der -out keir001.der
answers 0 "$login_gate" --help
answers 0 "$login_gate" store ca.der bank.profile 0010000001 keir001 keir001.der
answers 0 "$login_gate" --look store ca.der bank.profile 0010000001 keir001 <keir001.der
answers 1 "$login_gate" --look store ca.der bank.profile 0010000001 keir002 keir001.der
answers 1 "$login_gate" --look store ca.der bank.profile 0010000001 keir001 ca.der
answers 2 "$login_gate" --look store ca.der bank.profile 0010000001 keir001 /dev/null
answers 2 "$login_gate" --look nowhere ca.der bank.profile 0010000001 keir001 keir001.der

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make_cas.sh OPENSSL FOLDER STAMP: certificates and keys that cannot be a CA's here, each for one reason.
set -eu
openssl=$1 folder=$2 stamp=$3
mkdir -p "$folder"
# make NAME KEY EXTENSIONS...
make() {
    name=$folder/$1 kind=$2
    shift 2
    printf '[req]\ndistinguished_name = dn\nx509_extensions = ext\nprompt = no\n[dn]\nCN = %s\n[ext]\n' "$(basename "$name")" \
        >"$name.cnf"
    for extension; do
        echo "$extension" >>"$name.cnf"
    done
    case "$kind" in
    rsa*) "$openssl" genrsa -out "$name.key" "${kind#rsa}" 2>/dev/null ;;
    ed25519) "$openssl" genpkey -algorithm ed25519 -out "$name.key" ;;
    *) "$openssl" ecparam -genkey -noout -name "$kind" -out "$name.key" ;;
    esac
    "$openssl" req -x509 -new -days 36500 -config "$name.cnf" -key "$name.key" -out "$name.pem"
}
ca='basicConstraints = critical,CA:TRUE'
sign='keyUsage = critical,keyCertSign,cRLSign'
id='subjectKeyIdentifier = hash'
make good prime256v1 "$ca" "$sign" "$id"
make rsa-1024 rsa1024 "$ca" "$sign" "$id"
make secp256k1 secp256k1 "$ca" "$sign" "$id"
make ed25519 ed25519 "$ca" "$sign" "$id"
make not-a-ca prime256v1 'basicConstraints = critical,CA:FALSE' "$sign" "$id"
make no-constraints prime256v1 "$sign" "$id"
make may-not-sign prime256v1 "$ca" 'keyUsage = critical,digitalSignature' "$id"
make no-key-id prime256v1 "$ca" "$sign" 'subjectKeyIdentifier = none'
"$openssl" ec -in "$folder/good.key" -aes128 -passout pass:secret -out "$folder/encrypted.key" 2>/dev/null
echo made >"$stamp"

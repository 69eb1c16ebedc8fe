#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Go binding against the library of a build folder, and tests it:
#
#     bindings/go/test.sh BUILD [GO-TEST-ARGUMENT ...]
#     bindings/go/test.sh BUILD --go COMMAND [ARGUMENT ...]
#
# The second runs the go command with the binding in reach, as
#
#     bindings/go/test.sh BUILD --go test -run - -bench Login .
#
# Apart from Go's own cache, everything it makes is in BUILD/go.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${CERTLIFE_BUILD:-}" ]; then
    exec "$here/../staged.sh" "${1:?usage: test.sh BUILD [GO-TEST-ARGUMENT ...]}" "$here/test.sh" "$@"
fi
shift
for tool in go gcc pkg-config; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: $tool is not there (Debian: golang-go gcc pkgconf)"
        exit 77
    fi
done
made=$CERTLIFE_BUILD/go
mkdir -p "$made"
[ -n "${GOCACHE:-}${XDG_CACHE_HOME:-}${HOME:-}" ] || export GOCACHE=$made/cache
[ -n "${GOPATH:-}${HOME:-}" ] || export GOPATH=$made/path
export CGO_ENABLED=1 GOFLAGS=-buildvcs=false GOPROXY=off GOTOOLCHAIN=local GOWORK=off

# Go's cache does not see headers, libraries and test data outside this folder, so they are named to it.
state() { sort -z | xargs -0 -r sha256sum | sha256sum | cut -c 1-16; }
library=$(find "$CERTLIFE_BUILD/stage" \( -name '*.h' -o -name 'libcertlife.so.*' \) -type f -print0 | state)
export CGO_CFLAGS="-g -O2 -DCERTLIFE_GO_STATE=0x$library"
CERTLIFE_STATE=$({ find "$here/../../tests/matrix/snapshots" "$here/../../tests/stories" "$here/../../docs/go.md" \
    "$CERTLIFE_BUILD/tests/behaviour" -maxdepth 1 -type f -print0 2>/dev/null || true; } | state)
export CERTLIFE_STATE

cd "$here"
if [ "${1:-}" = --go ]; then
    shift
    exec go "$@"
fi
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
    printf 'gofmt would change:\n%s\n' "$unformatted"
    exit 1
fi
if [ $# = 0 ]; then
    set -- ./...
    go vet ./...
fi
GODEBUG=cgocheck=1 exec go test -race "$@"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command as on a machine where the library is installed, from a build of it that is not:
#
#     staged.sh BUILD COMMAND ARGUMENT ...
#
# Installs into BUILD/stage, where pkg-config, the compiler and the loader find it.
set -euo pipefail
build=$(cd "$1" && pwd)
shift
stage=$build/stage
exec 9>"$build/stage.lock"
flock 9 # tests of both languages may begin at once
meson install -C "$build" --no-rebuild --only-changed --quiet --destdir "$stage" >/dev/null
description=$(find "$stage" -path "$stage/pkgconfig" -prune -o -name libcertlife.pc -print)
mkdir -p "$stage/pkgconfig"
sed "s|^prefix=|&$stage|" "$description" >"$stage/pkgconfig/libcertlife.pc"
exec 9>&-
library=$(dirname "$(dirname "$description")")
export CERTLIFE_BUILD=$build
export PKG_CONFIG_PATH=$stage/pkgconfig
export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
exec "$@"

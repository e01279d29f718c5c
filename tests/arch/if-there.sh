#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# if-there.sh PROGRAM ARGUMENT...: runs the program; skips the test, with its name, where there is none.
if ! command -v "$1" >/dev/null; then
  echo "$1 is missing"
  exit 77
fi
exec "$@"

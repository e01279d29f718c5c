# SPDX-License-Identifier: GPL-3.0-or-later
#
# What build-aux/run and build-aux/test share: installing what is missing, and configuring
# a build folder.  To be sourced, with $root set to the top of the source tree.

say ()
{
  printf '%s\n' "== $*" >&2
}

fail ()
{
  printf '%s\n' "error: $*" >&2
  exit 1
}

# wanted_packages PURPOSE...: the names in packages.txt for these purposes.
wanted_packages ()
{
  local purpose

  for purpose; do
    sed -n "s/^$purpose  *//p" "$root/build-aux/packages.txt"
  done
}

has_package ()
{
  dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^[ih]i'
}

as_root ()
{
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "installing needs root: become root, or install sudo"
  fi
}

# Packages that bring a server would start it, on ports a person may want for something
# else.  policy-rc.d is Debian's way to say no; whatever stood there before comes back.
policy=/usr/sbin/policy-rc.d

forbid_service_starts ()
{
  [ ! -e "$policy" ] || as_root mv "$policy" "$policy.overstory-saved"
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

allow_service_starts ()
{
  as_root rm -f "$policy"
  [ ! -e "$policy.overstory-saved" ] || as_root mv "$policy.overstory-saved" "$policy"
}

apt_get ()
{
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

# With a mirror that is busy, the second try often finds what the first one missed.
apt_get_stubborn ()
{
  apt_get "$@" || { sleep 5; apt_get "$@"; } || { sleep 20; apt_get "$@"; }
}

# install_missing PURPOSE...: asks the package system only when something is missing.
install_missing ()
{
  local missing=() name

  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    check_programs "$@"
    return
  fi

  for name in $(wanted_packages "$@"); do
    has_package "$name" || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  say "installing ${missing[*]}"
  apt_get_stubborn update
  trap allow_service_starts EXIT
  forbid_service_starts
  apt_get_stubborn install --no-install-recommends "${missing[@]}" \
    || fail "these packages could not be installed: ${missing[*]}"
  allow_service_starts
  trap - EXIT
}

# On other distributions the names differ, so a person installs them: say what is wanted.
check_programs ()
{
  local missing=() name

  for name in gcc pkg-config meson ninja msgfmt python3 erl erlc; do
    command -v "$name" >/dev/null || missing+=("$name")
  done
  for name in gtk4 libadwaita-1 json-glib-1.0 libsecret-1 zlib; do
    pkg-config --exists "$name" 2>/dev/null || missing+=("$name (development files)")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    printf 'error: there is no apt-get here, and these are missing:\n' >&2
    printf '  %s\n' "${missing[@]}" >&2
    printf 'Debian calls what is needed:\n' >&2
    wanted_packages "$@" | sed 's/^/  /' >&2
    exit 1
  fi
}

# configure FOLDER OPTION...: sets a build folder up, or changes the options of one that is there.
configure ()
{
  local folder=$1

  shift
  if [ -d /usr/lib/ccache ] && command -v ccache >/dev/null; then
    export PATH="/usr/lib/ccache:$PATH"
  fi
  if [ -e "$folder/build.ninja" ]; then
    meson configure "$folder" "$@" >&2
  else
    meson setup "$folder" "$root" "$@" >&2
  fi
}

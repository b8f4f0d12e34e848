#!/usr/bin/env bash
# Makes this machine able to build and run: checks the .NET SDK, installs system libraries that are missing.
# Does nothing the second time. Needs root only where something is missing.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sdk_wanted="$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json)"

check_sdk() {
  command -v dotnet > /dev/null ||
    die 4 "The .NET SDK is missing. Install .NET SDK $sdk_wanted or a later 10.0.4xx and put 'dotnet' on the PATH."
  local said
  said="$(dotnet --version 2>&1)" ||
    die 4 "No fitting .NET SDK: global.json asks for $sdk_wanted or a later 10.0.4xx. 'dotnet --version' says:
$said"
}

has_sqlite() {
  case "$(uname -s)" in
    Darwin) return 0 ;; # part of the system
  esac
  local ldconfig
  for ldconfig in ldconfig /sbin/ldconfig /usr/sbin/ldconfig; do
    # Read to the end: a reader that leaves early would make the pipe fail.
    if "$ldconfig" -p 2> /dev/null | grep -c 'libsqlite3\.so\.0' > /dev/null; then
      return 0
    fi
  done
  compgen -G '/usr/lib/*/libsqlite3.so.0' > /dev/null || compgen -G '/usr/lib*/libsqlite3.so.0' > /dev/null
}

missing=()
has_sqlite || missing+=(libsqlite3-0)

install_missing() {
  [ "${#missing[@]}" -gt 0 ] || return 0
  local what="${missing[*]}"
  command -v apt-get > /dev/null ||
    die 4 "Missing: $what (Debian's names). There is no apt-get here: install the same with your system's packages."
  [ "$(id -u)" -eq 0 ] ||
    die 4 "Missing: $what. Installing needs root. Run:
  sudo apt-get update && sudo apt-get install --yes $what
and then the same command again."

  say "Installing with apt-get: $what"
  export DEBIAN_FRONTEND=noninteractive
  # The package lists are fetched only where the ones at hand do not do.
  if ! apt-get install --yes --no-install-recommends "${missing[@]}" > /dev/null 2>&1 < /dev/null; then
    apt-get update > /dev/null < /dev/null
    apt-get install --yes --no-install-recommends "${missing[@]}" > /dev/null < /dev/null ||
      die 4 "apt-get could not install: $what."
  fi
  say "Installed: $what"
}

check_sdk
install_missing

#!/usr/bin/env bash
# Makes this machine able to build and run: checks the .NET SDK, installs what of the system is missing.
#   eng/setup.sh node     what one node needs: libsqlite3
#   eng/setup.sh all      and the two servers of a cluster, PostgreSQL and RabbitMQ
#   eng/setup.sh test     and what only tests use: z3, by which some contracts are proved
# Does nothing the second time. Needs root only where something is missing. The packages' own servers are not started:
# eng/postgres.sh and eng/rabbitmq.sh start some of our own.

. "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

scope="${1:-all}"
case "$scope" in node | all | test) ;; *) die 4 "'$scope' is none of node, all, test." ;; esac

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
if [ "$scope" != node ]; then
  postgres_bin > /dev/null || missing+=(postgresql)
  { rabbitmq_sbin && epmd_program; } > /dev/null || missing+=(rabbitmq-server)
  command -v openssl > /dev/null || missing+=(openssl)
fi
# Without z3 its proofs are skipped, so nobody is asked for it.
if [ "$scope" = test ] && [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
  command -v z3 > /dev/null || missing+=(z3)
fi

fetch() { apt-get install --yes --no-install-recommends "$@" > /dev/null 2>&1 < /dev/null; }

# install_packages NAME...: the package lists are fetched only where the ones at hand do not do.
install_packages() {
  fetch "$@" && return
  apt-get update > /dev/null < /dev/null
  fetch "$@" || die 4 "apt-get could not install: $*. Try it yourself, it says why:
  apt-get install --yes $*"
}

# What Debian's packages read to know whether they may start a server and make a database; put back at the end.
policy=/usr/sbin/policy-rc.d
cluster_settings=/etc/postgresql-common/createcluster.conf
saved=""

changed=()

put_aside() {
  [ ! -e "$1" ] || mv "$1" "$saved/"
  changed+=("$1")
}

restore() {
  local file
  for file in "${changed[@]}"; do
    rm -f "$file"
    [ ! -e "$saved/$(basename "$file")" ] || mv "$saved/$(basename "$file")" "$file"
  done
  rm -rf "$saved"
}

keep_servers_off() {
  saved="$(mktemp -d)"
  trap restore EXIT
  put_aside "$policy"
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
  case " $* " in
    *' postgresql '*)
      # The settings file is a package's own: it must be there before it is changed, or the package asks about it.
      install_packages postgresql-common
      put_aside "$cluster_settings"
      printf 'create_main_cluster = false\n' > "$cluster_settings"
      ;;
  esac
}

install_missing() {
  [ "${#missing[@]}" -gt 0 ] || return 0
  local what="${missing[*]}"
  command -v apt-get > /dev/null ||
    die 4 "Missing: $what (Debian's names). There is no apt-get here: install the same with your system's packages."
  [ "$(id -u)" -eq 0 ] ||
    die 4 "Missing: $what. Installing needs root. Run:
  sudo make setup
or install these packages yourself, and then the same command again."

  say "Installing with apt-get: $what"
  export DEBIAN_FRONTEND=noninteractive
  keep_servers_off "${missing[@]}"
  install_packages "${missing[@]}"
  say "Installed: $what"
}

check_sdk
install_missing

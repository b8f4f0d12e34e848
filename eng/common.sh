# What the scripts of this folder share; sourced, not run.
# Exit codes are those of the product: 0 ok, 1 error, 4 something must be set up first.

set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_UI_LANGUAGE=en
configuration="${CONFIGURATION:-Release}"

# A build server that outlives the run would hold CI's output open.
if [ -n "${CI:-}" ]; then
  export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
fi

say() { printf '%s\n' "$*" >&2; }

die() {
  local code="$1"
  shift
  say "$@"
  exit "$code"
}

# build PATH...: builds solutions or projects in $configuration; silent where there is nothing to say.
build() {
  local target
  for target in "$@"; do
    say "Building $target ($configuration)"
    dotnet build "$target" --configuration "$configuration" --verbosity quiet --nologo -clp:NoSummary < /dev/null
  done
}

# test_program NAME: the built executable of a test project.
test_program() { printf '%s' "tests/$1/bin/$configuration/net10.0/$1"; }

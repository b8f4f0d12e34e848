#!/usr/bin/env bash
# Plants each bug under test/planted into a copy of the contracts, one at a time, and requires its suite to catch it.
#   script/planted.sh            every bug
#   script/planted.sh SUITE...   those of test/planted/SUITE
# test/planted/SUITE/suite holds the tests' path (a glob); each *.patch there is one bug, as `git diff` writes it.
# The last line is the sum: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
cp -R src test bin snapshots foundry.toml package.json "$copy/"
[ ! -d script ] || cp -R script "$copy/"
ln -s "$PWD/node_modules" "$copy/node_modules"
# Tests read artifacts of others, and the runner asks where a link leads.
sed -i "s|^fs_permissions = .*|fs_permissions = [{ access = \"read\", path = \"./\" }, { access = \"read\", path = \"$PWD/node_modules\" }]|" \
  "$copy/foundry.toml"
[ ! -d out ] || cp -R out cache "$copy/"

passed=0
failed=0

# catches SUITE PATCH: true where a test fails with the bug, and for no other reason.
catches() {
  local log="$copy/planted.log"
  if FOUNDRY_PROFILE="${FOUNDRY_PROFILE:-full}" forge test --root "$copy" --match-path "$1" > "$log" 2>&1; then
    printf 'NOT CAUGHT  %s\n' "$2"
    return 1
  fi
  # A suite that cannot even be set up has caught nothing.
  if ! grep '^\[FAIL' "$log" | grep -qv '\] setUp()'; then
    printf 'NOT RUN     %s\n' "$2"
    tail -n 20 "$log"
    return 1
  fi
  printf 'caught      %s  by %s\n' "$2" "$(sed -nE 's/^ *\[FAIL.*\] *([A-Za-z0-9_]+)\(.*/\1/p; s/^ *([a-zA-Z0-9_]+)\(\) \(runs.*/\1/p' \
    "$log" | sort -u | head -n 1)"
}

suites=("$@")
[ "${#suites[@]}" -gt 0 ] || mapfile -t suites < <(find test/planted -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
for suite in "${suites[@]}"; do
  tests="$(head -n 1 "test/planted/$suite/suite")"
  for bug in "test/planted/$suite"/*.patch; do
    if ! patch --quiet --no-backup-if-mismatch -d "$copy" -p2 < "$bug"; then
      printf 'DOES NOT APPLY  %s\n' "$bug"
      failed=$((failed + 1))
      rm -rf "${copy:?}/src" && cp -R src "$copy/src"
      continue
    fi
    if catches "$tests" "$bug"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    patch --quiet --no-backup-if-mismatch -R -d "$copy" -p2 < "$bug"
  done
done
printf '%s passed, %s failed, 0 skipped\n' "$passed" "$failed"
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Holds what docs/switching.md and docs/comparison.md say of auth0-deploy-cli to what that release of
# it does: installs it from npm in a temporary folder and runs it against the fake tenant on loopback.
# Not a test of ctest's, since it needs npm's registry; it takes a few minutes.
#
#   tests/peers/deploy-cli.sh [NODE_MODULES]    with a folder, what is installed there is taken
set -euo pipefail

version=8.44.0
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")

if [[ -n ${1-} ]]; then
    modules=$(realpath "$1")
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error \
        "auth0-deploy-cli@$version"
    modules=$folder/node_modules
fi
found=$(node -p 'require(process.argv[1]).version' "$modules/auth0-deploy-cli/package.json")
[[ $found == "$version" ]] || {
    printf 'deploy-cli.sh: this is %s, and the pages are of %s\n' "$found" "$version" >&2
    exit 1
}
printf 'auth0-deploy-cli %s, node %s\n' "$found" "$(node --version)"
python3 "$here/deploy_cli.py" "$modules"

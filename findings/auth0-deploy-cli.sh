#!/usr/bin/env bash
# auth0-deploy-cli: a file that has some of a connection's options, or none, removes the others, and a
# dry run before it says that there are no changes.
# shellcheck disable=SC1091,SC2154
source "$(dirname "${BASH_SOURCE[0]}")/common"

install auth0-deploy-cli 8.44.0
options='{"client_id":"x","client_secret":"y","set_user_root_attributes":"on_first_login"}'

run() {
    "$work/node_modules/.bin/a0deploy" import --config_file "$work/config.json" \
        --input_file "$work/tenant.yaml" "$@" </dev/null >"$work/said" 2>&1
}

for entry in '{}' '{"set_user_root_attributes":"on_first_login"}'; do
    serve "$options"
    printf '{"AUTH0_DOMAIN": "localhost:%s", "AUTH0_CLIENT_ID": "a", "AUTH0_CLIENT_SECRET": "b"}\n' \
        "$port" >"$work/config.json"
    printf 'connections:\n  - name: first\n    strategy: google-oauth2\n    options: %s\n' \
        "$entry" >"$work/tenant.yaml"
    printf 'the tenant has %s\nthe file has %s\n' "$options" "$entry"
    run --dry-run
    expect 'dry run' 'No changes detected.' "$(grep -o 'No changes detected.' "$work/said" || true)"
    run
    expect 'import, what the tenant has now' "PATCH: $entry" "$(tail -n 1 "$work/log")"
done

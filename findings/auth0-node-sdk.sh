#!/usr/bin/env bash
# The Node SDK: a 200 without a body, or with a web page (of a proxy, an edge, a captive portal), is no
# error. What a caller merges into "its options" and writes back is then all that is left.
# shellcheck disable=SC1091,SC2154
source "$(dirname "${BASH_SOURCE[0]}")/common"

install auth0 7.1.0
options='{"client_id":"x","client_secret":"y"}'

cat >"$work/merge.cjs" <<'END'
const { ManagementClient } = require('auth0');
const api = new ManagementClient({ domain: `localhost:${process.argv[2]}`, token: 'a-token' });
const id = 'con_0000000000000001';
(async () => {
  const found = await api.connections.get(id);
  await api.connections.update(id, {
    options: { ...found?.options, set_user_root_attributes: 'on_first_login' },
  });
})().then(() => console.log('resolved'), (error) => console.log(`rejected: ${error.message}`));
END

for body in '' '<html>Please sign in</html>'; do
    serve "$options" "$body"
    printf 'the tenant has %s; the response to GET is 200 with the body "%s"\n' "$options" "$body"
    expect 'get, merge, update' resolved "$(node "$work/merge.cjs" "$port")"
    expect 'what the tenant has now' 'PATCH: {"set_user_root_attributes":"on_first_login"}' \
        "$(tail -n 1 "$work/log")"
done

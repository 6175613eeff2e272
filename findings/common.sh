# What the findings share: a temporary folder, a package of npm's, a certificate, a server. Sourced.
# shellcheck shell=bash
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
work=$(mktemp -d)
server=''
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

# install PACKAGE VERSION: into $work/node_modules, or takes what $FINDINGS_NODE_MODULES has.
install() {
    if [[ -n ${FINDINGS_NODE_MODULES-} ]]; then
        ln -s "$(realpath "$FINDINGS_NODE_MODULES")" "$work/node_modules"
    else
        npm install --prefix "$work" --ignore-scripts --no-audit --no-fund --loglevel=error "$1@$2"
    fi
    local found
    found=$(node -p 'require(process.argv[1]).version' "$work/node_modules/$1/package.json")
    [[ $found == "$2" ]] || {
        printf '%s is %s, and not %s\n' "$1" "$found" "$2" >&2
        exit 1
    }
    printf '%s %s, node %s\n' "$1" "$found" "$(node --version)"
}

# serve OPTIONS [BODY]: tenant.mjs; its port is in $port, what it prints in $work/log.
serve() {
    if [[ ! -e $work/key.pem ]]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
            -subj /CN=localhost -addext subjectAltName=DNS:localhost \
            -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
    fi
    export NODE_EXTRA_CA_CERTS=$work/certificate.pem
    [[ -z $server ]] || kill "$server"
    : >"$work/log"
    node "$here/tenant.mjs" "$work/certificate.pem" "$work/key.pem" "$@" >"$work/log" &
    server=$!
    until [[ -s $work/log ]]; do
        sleep 0.1
        kill -0 "$server"
    done
    # shellcheck disable=SC2034
    port=$(head -n 1 "$work/log")
}

# expect WHAT WANTED SEEN
expect() {
    printf '%s: %s\n' "$1" "$3"
    [[ $2 == "$3" ]] || {
        printf 'this has changed; it was: %s\n' "$2" >&2
        exit 1
    }
}

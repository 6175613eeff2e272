#!/usr/bin/env bash
# Gets CBMC where the machine has none of version 6 or later.
#
#   get_cbmc.sh FOLDER
#
# leaves in FOLDER/bin the programs cbmc, goto-cc and goto-instrument. They are those of the first of
# Debian's releases that has such a version, unpacked with the libraries that they need, and started by
# that release's own loader: nothing is installed, and the machine's apt is left as it is. apt verifies
# signatures and digests (cmake/apt-mirror.sh). Debian's archive alone has to be reached; 26 MB come.
#
# Status: 0 it is there, 1 it cannot be got, which is said.
set -euo pipefail

folder=$1
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
packages=(cbmc minisat libc6 libgcc-s1 libstdc++6)
minimum=6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=/dev/null
source cmake/apt-mirror.sh

say() {
    printf 'get_cbmc: %s\n' "$*" >&2
}

# Reads the index of one suite, and says whether its CBMC is new enough.
open_suite() {
    local uri=$1 suite=$2 version
    {
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$suite"
        list_keyring Debian
    } >"$work/$suite.sources"
    write_configuration "$suite" "$work/$suite.sources" /dev/null
    apt-get -c "$work/$suite/apt.conf" -qq --error-on=any update >"$work/log" 2>&1 || return 1
    version=$(apt-cache -c "$work/$suite/apt.conf" madison cbmc | awk -F'|' 'NR == 1 { print $2 }' |
        tr -d ' ')
    [[ -n $version ]] && dpkg --compare-versions "$version" ge "$minimum"
}

# The suite's own versions, whatever is installed here.
unpack() {
    local suite=$1 package
    mkdir -p "$work/packages" "$work/made/root" "$work/made/bin"
    (cd "$work/packages" &&
        apt-get -c "$work/$suite/apt.conf" -qq download "${packages[@]/%//$suite}") \
        >"$work/log" 2>&1 || return 1
    for package in "$work/packages"/*.deb; do
        dpkg-deb -x "$package" "$work/made/root"
    done
    for package in "$work/packages"/cbmc_*.deb; do
        dpkg-deb -f "$package" Version >"$work/made/version"
    done
}

# One that starts a program of that root with its own loader and libraries.
write_starter() {
    local name=$1
    cat >"$work/made/bin/$name" <<'STARTER'
#!/bin/sh
# Starts the program of this name in the root beside this folder, with that root's C library.
root=$(dirname "$(readlink -f "$0")")/../root
set -- "$root/usr/bin/$(basename "$0")" "$@"
for loader in "$root"/usr/lib/*/ld-linux*.so.* "$root"/usr/lib/ld-linux*.so.*; do
    if [ -f "$loader" ]; then
        for triplet in "$root"/usr/lib/*-linux-*; do
            exec "$loader" --library-path "$triplet:$root/usr/lib" "$@"
        done
    fi
done
echo "$0: no loader in $root" >&2
exit 1
STARTER
    chmod +x "$work/made/bin/$name"
}

if [[ -x $folder/bin/cbmc ]] && "$folder/bin/cbmc" --version >/dev/null 2>&1; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    say "this machine has no apt"
    exit 1
fi
read -r uri distribution codename < <(find_own_mirror) || true
if [[ ${distribution:-} != Debian ]]; then
    say "apt knows no archive of Debian on this machine"
    exit 1
fi
for suite in "$codename" trixie forky testing unstable; do
    if open_suite "$uri" "$suite" && unpack "$suite"; then
        for name in cbmc goto-cc goto-instrument; do
            write_starter "$name"
        done
        "$work/made/bin/cbmc" --version >/dev/null
        rm -rf "$folder"
        mkdir -p "$(dirname "$folder")"
        mv "$work/made" "$folder"
        say "cbmc $(cat "$folder/version") from the suite $suite"
        exit 0
    fi
done
say "no suite of this machine's mirror has cbmc $minimum or later, or it cannot be reached"
exit 1

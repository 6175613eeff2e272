#!/usr/bin/env bash
# Gets Debian's kernel for 64-bit ARM with pages of 16 KB, which is packaged since Debian 13.
#
#   get_kernel.sh FILE
#
# It comes with the distribution's signature from the mirror that this machine uses, as the sources
# of the dependencies do: some 90 MB, of which FILE keeps the kernel. Status: 0, or 1 with the reason.
set -euo pipefail

file=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/../../cmake/apt-mirror.sh"

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# The index of the first suite that has such a kernel for that processor.
open_suite() {
    local uri=$1 suite
    for suite in stable trixie testing; do
        {
            printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$suite"
            list_keyring Debian
        } >"$work/$suite.sources"
        write_configuration kernel "$work/$suite.sources" /dev/null
        # What is installed here has no part in it.
        printf 'APT::Architecture "arm64";\nAPT::Architectures "arm64";\nDir::State::Status "/dev/null";\n' \
            >>"$work/kernel/apt.conf"
        apt-get -c "$work/kernel/apt.conf" -qq --error-on=any update >"$work/log" 2>&1 || continue
        package=$(apt-cache -c "$work/kernel/apt.conf" depends linux-image-arm64-16k 2>/dev/null |
            sed -n 's/^ *Depends: \(linux-image-\S*\)$/\1/p')
        [[ -z $package ]] || return 0
    done
    return 1
}

read -r uri distribution _ < <(find_own_mirror) || true
[[ ${distribution:-} == Debian ]] || fail "this machine's apt knows no archive of Debian"
package=''
open_suite "$uri" || fail "no suite of this machine's mirror has linux-image-arm64-16k"
(cd "$work" && apt-get -c "$work/kernel/apt.conf" -qq download "$package") >"$work/log" 2>&1 ||
    fail "$package cannot be got: $(grep -m 1 '^E:' "$work/log" || true)"
dpkg-deb --fsys-tarfile "$work"/linux-image-*.deb |
    tar -x -C "$work" --wildcards './boot/vmlinuz-*'
mkdir -p "$(dirname "$file")"
mv "$work"/boot/vmlinuz-* "$file.half"
mv "$file.half" "$file"

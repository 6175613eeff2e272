#!/usr/bin/env bash
# Gets upstream archives out of the distribution's source packages.
#
#   apt-source.sh FOLDER PACKAGE MINIMUM BELOW [PACKAGE MINIMUM BELOW]...
#
# leaves PACKAGE-VERSION.tar.* in FOLDER for each package of which some suite has an
# upstream version with MINIMUM <= version < BELOW. It ends with status 0 if all were found.
#
# apt-mirror.sh, beside this file, finds the archive.
set -euo pipefail

folder=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/apt-mirror.sh"

say() {
    printf 'connsync: %s\n' "$*" >&2
}

# Suites in the order in which they are tried: the machine's own, then newer ones.
list_suites() {
    local distribution=$1 codename=$2
    if [[ $distribution == Debian ]]; then
        printf '%s\n' "$codename" stable trixie testing forky unstable
    else
        printf '%s\n' "$codename" "$codename-updates" devel
    fi
}

# Reads the source index of one suite. Fails where the mirror has no such suite.
open_suite() {
    local uri=$1 distribution=$2 suite=$3 components=main
    if [[ $distribution == Ubuntu ]]; then
        components='main universe'
    fi
    {
        printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: %s\n' \
            "$uri" "$suite" "$components"
        list_keyring "$distribution"
    } >"$work/$suite.sources"
    write_configuration "$suite" "$work/$suite.sources" /dev/null
    apt-get -c "$work/$suite/apt.conf" -qq --error-on=any update >"$work/log" 2>&1
}

# 3.6.7-3 is 3.6.7, 1:2.2.1+dfsg1-9 is 2.2.1.
upstream_version() {
    local version=${1#*:}
    version=${version%-*}
    printf '%s\n' "${version%%[+~]*}"
}

is_accepted() {
    local version=$1 minimum=$2 below=$3
    dpkg --compare-versions "$version" ge "$minimum" &&
        dpkg --compare-versions "$version" lt "$below"
}

# Takes one package from an open suite, if the suite has an accepted version of it. Only
# the upstream archive is fetched: the distribution's own changes are not applied.
take_from_suite() {
    local suite=$1 package=$2 minimum=$3 below=$4 full version archive
    local config="$work/$suite/apt.conf" into="$work/take/$suite/$package"
    while read -r full; do
        version=$(upstream_version "$full")
        is_accepted "$version" "$minimum" "$below" || continue
        rm -rf "$into"
        mkdir -p "$into"
        (cd "$into" &&
            apt-get -c "$config" -qq --download-only --tar-only source "$package=$full") \
            >"$work/log" 2>&1 || continue
        for archive in "$into"/*.orig.tar.*; do
            [[ -e $archive && $archive != *.asc ]] || continue
            mv "$archive" "$folder/$package-$version.tar.${archive##*.orig.tar.}"
            say "$package $version from the suite $suite"
            return 0
        done
    done < <(apt-cache -c "$config" showsrc --only-source "$package" 2>/dev/null |
        sed -n 's/^Version: //p' | sort -Vru)
    return 1
}

# jsmn is one header, which some suites carry in a package of its own while the archive
# of its source package is gone. The caller checks the digest of the header itself.
take_jsmn_header() {
    local package=jsmn minimum=$1 below=$2 full version
    full=$(apt-cache madison libjsmn-dev 2>/dev/null | awk -F'|' 'NR == 1 { print $2 }' |
        tr -d ' ')
    version=$(upstream_version "$full")
    [[ -n $version ]] && is_accepted "$version" "$minimum" "$below" || return 1
    mkdir -p "$work/header"
    (cd "$work/header" && apt-get -qq download "libjsmn-dev=$full" &&
        dpkg-deb -x libjsmn-dev_*.deb .) >"$work/log" 2>&1 || return 1
    mkdir -p "$folder/$package-$version"
    mv "$work/header/usr/include/jsmn.h" "$folder/$package-$version/jsmn.h"
    say "$package $version from the package libjsmn-dev"
}

# Tries one suite for all that is still wanted; what it lacks stays in `wanted`.
try_suite() {
    local suite=$1 uri=$2 distribution=$3 still=() i
    if ! open_suite "$uri" "$distribution" "$suite"; then
        say "the suite $suite cannot be read: $(grep -m 1 '^E:' "$work/log" || true)"
        return 0
    fi
    for ((i = 0; i < ${#wanted[@]}; i += 3)); do
        take_from_suite "$suite" "${wanted[@]:i:3}" || still+=("${wanted[@]:i:3}")
    done
    wanted=(${still[@]+"${still[@]}"})
    rm -rf "${work:?}/$suite"
}

try_jsmn_header() {
    local still=() i
    for ((i = 0; i < ${#wanted[@]}; i += 3)); do
        if [[ ${wanted[i]} != jsmn ]] || ! take_jsmn_header "${wanted[@]:i+1:2}"; then
            still+=("${wanted[@]:i:3}")
        fi
    done
    wanted=(${still[@]+"${still[@]}"})
}

wanted=("$@")
mkdir -p "$folder"
read -r uri distribution codename < <(find_own_mirror) || true
if [[ -z ${uri:-} ]]; then
    say "apt knows no archive of Debian or Ubuntu on this machine"
    exit 1
fi
seen=' '
while read -r suite; do
    [[ ${#wanted[@]} -gt 0 ]] || break
    [[ $seen != *" $suite "* ]] || continue
    seen+="$suite "
    try_suite "$suite" "$uri" "$distribution"
done < <(list_suites "$distribution" "$codename")
try_jsmn_header
for ((i = 0; i < ${#wanted[@]}; i += 3)); do
    say "no suite of this machine's mirror has ${wanted[i]} ${wanted[i + 1]}"
done
[[ ${#wanted[@]} -eq 0 ]]

# Which archive of the distribution this machine's apt uses, for scripts that source this. They
# have the folder of their own files in `work`.
#
# The machine's own apt configuration names the mirror, the proxy and the like; no host is
# written here. Indexes and downloads go to a private folder, so that the machine's own
# lists stay as they are and no privilege is needed. apt verifies signatures and digests.
# shellcheck shell=bash

# The private configuration. It is read after the machine's, and thus wins. Hooks that
# packages install for updates of the machine's own lists are not ours to run. A mirror
# that stands still serves lists whose date has passed; they are signed all the same, and
# the digests that this project pins decide what is taken.
write_configuration() {
    local name=$1 sources=$2 parts=$3
    mkdir -p "${work:?}/$name/lists/partial" "$work/$name/cache/archives/partial"
    cat >"$work/$name/apt.conf" <<CONF
Dir::Etc::SourceList "$sources";
Dir::Etc::SourceParts "$parts";
Dir::State::Lists "$work/$name/lists";
Dir::Cache "$work/$name/cache";
Acquire::Languages "none";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::Retries "1";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
}

# Prints "URI DISTRIBUTION CODENAME" of the first archive of the distribution itself that
# the machine uses: not its security archive, backports, or somebody else's repository.
list_own_mirror() {
    # shellcheck disable=SC2016 # The words in dollar signs are apt-get's.
    apt-get "$@" indextargets \
        --format '$(REPO_URI) $(ORIGIN) $(CODENAME) $(COMPONENT) $(LABEL)' \
        'Created-By: Packages' 2>/dev/null |
        awk '($2 == "Debian" || $2 == "Ubuntu") && $4 == "main" && $5 == $2 && NF == 5 &&
             $3 !~ /-/ { print $1, $2, $3; exit }'
}

# A machine whose lists were never fetched does not know the origin of its archives. Its
# own sources are then read into a private folder.
find_own_mirror() {
    local found
    found=$(list_own_mirror)
    if [[ -z $found ]]; then
        local etc list parts
        eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
        etc="$work/own/apt.conf"
        write_configuration own "${list:-/etc/apt/sources.list}" "${parts:-/etc/apt/sources.list.d}"
        apt-get -c "$etc" -qq update >/dev/null 2>&1 || true
        found=$(list_own_mirror -c "$etc")
    fi
    printf '%s\n' "$found"
}

list_keyring() {
    local distribution=${1,,}
    local keyring="/usr/share/keyrings/$distribution-archive-keyring.gpg"
    if [[ -r $keyring ]]; then
        printf 'Signed-By: %s\n' "$keyring"
    fi
}

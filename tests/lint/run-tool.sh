#!/usr/bin/env bash
# Runs one analyser over the files of the project that it is for.
#
#   run-tool.sh clang-format|shellcheck
#   run-tool.sh cppcheck BUILD_FOLDER
#
# Status: 0 nothing found, 1 something found, 77 the tool is not here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

skip() {
    printf 'skipped: %s; tools/setup installs it where the distribution has it\n' "$1"
    exit 77
}

need() {
    command -v "$1" >/dev/null || skip "there is no $1"
}

# Files that are, or would be, under version control; without git, all that are there.
list_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard -- "$@"
    else
        local pattern
        for pattern in "$@"; do
            find . -path ./build -prune -o -path ./.cache -prune -o -type f \
                -path "./$pattern" -print
        done
    fi | sort -u | while read -r file; do
        [[ ! -f $file ]] || printf '%s\n' "$file"
    done
}

check_layout() {
    need clang-format-14
    mapfile -t files < <(list_files '*.c' '*.h')
    if ! clang-format-14 --dry-run --Werror "${files[@]}"; then
        printf '\nThis puts it right:\n  clang-format-14 -i FILE...\n'
        exit 1
    fi
}

check_shell() {
    need shellcheck
    # What is sourced says its language instead.
    mapfile -t files < <(list_files '*.sh' 'tools/*' '.ci/*' 'findings/*' |
        xargs grep -lE '^(#!.*\b(ba)?sh|# shellcheck shell=bash)$')
    shellcheck "${files[@]}"
}

check_cppcheck() {
    need cppcheck
    # mbedTLS is in the same list of commands, and is not ours to judge.
    cppcheck --quiet --project="$1/compile_commands.json" --file-filter="$PWD/*" \
        -i"$1" -i"$PWD/.cache" \
        --enable=warning,performance,portability --inline-suppr \
        --suppress=unmatchedSuppression --suppress=normalCheckLevelMaxBranches \
        --error-exitcode=1
}

case "${1-}" in
    clang-format) check_layout ;;
    shellcheck) check_shell ;;
    cppcheck) check_cppcheck "$2" ;;
    *)
        sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 64
        ;;
esac

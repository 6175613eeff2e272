#!/usr/bin/env bash
# Shows a plan in a comment on the pull request that the workflow runs for: in one of its own, which
# is written anew each time. A hidden first line tells it from others.
#
#   comment.sh PLAN.md
#
# The environment is the runner's (GITHUB_*) and the action's: TOKEN, AUTHOR (whose token it is), FILE
# (the desired state) and CODE (how the plan ended; empty if it was not reached). curl and jq are all
# it needs.
#
# Status: 0 it is shown, or there is no pull request; else it is not, and a line says why.
set -euo pipefail
shopt -s inherit_errexit

# GitHub takes 65,536 characters; these are bytes, and leave room for what is around the plan.
plan_bytes_max=60000
per_page=100
pages_max=50

plan=$1
number=$(jq '.pull_request.number // empty' "$GITHUB_EVENT_PATH")
if [[ -z $number ]]; then
    echo "no comment: this is not the run of a pull request"
    exit 0
fi
commit=$(jq -r '.pull_request.head.sha // "an unknown commit"' "$GITHUB_EVENT_PATH")
# Without a character that could end the hidden line.
marker="<!-- connsync plan: ${FILE//[^A-Za-z0-9._\/]/_} -->"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# request METHOD PATH [ARGUMENT...]: the token is in no argument, which others could see.
request() {
    curl --fail --silent --show-error --proto =https --max-time 30 --request "$1" \
        --header @<(printf 'Authorization: Bearer %s\n' "$TOKEN") \
        --header 'Accept: application/vnd.github+json' "${@:3}" \
        -- "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$2"
}

# Prints the id of our comment, or nothing. Without a list there is no saying that there is none.
find_comment() {
    local page count
    for ((page = 1; page <= pages_max; page++)); do
        request GET "$number/comments?per_page=$per_page&page=$page" --retry 2 >"$folder/page" ||
            return
        jq --arg marker "$marker" --arg author "$AUTHOR" 'map(select(.user.login == $author and
            ((.body // "") | startswith($marker))))[0].id // empty' "$folder/page" >"$folder/id"
        count=$(jq length "$folder/page")
        if [[ -s $folder/id ]] || ((count < per_page)); then
            cat "$folder/id"
            return
        fi
    done
}

# The plan, or whole lines of it and its last one, which has the counts.
put_plan() {
    if (($(wc -c <"$plan") <= plan_bytes_max)); then
        cat "$plan"
        return
    fi
    head -c "$plan_bytes_max" "$plan" | sed '$d' >"$folder/part"
    cat "$folder/part"
    printf '\n**Cut: a comment has no room for the other %d lines.** The job'\''s summary has them.\n\n' \
        "$(($(wc -l <"$plan") - $(wc -l <"$folder/part") - 1))"
    tail -n 1 "$plan"
}

put_body() {
    printf '%s\n' "$marker"
    case $CODE in
        0 | 2) put_plan ;;
        *) printf '### connsync plan: failed\n\nThere is no plan; the log of the job says why.\n' ;;
    esac
    printf '\nOf commit %s, in [this run](%s/%s/actions/runs/%s).\n' "$commit" \
        "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID"
}

put_body >"$folder/text"
jq --raw-input --slurp '{body: .}' "$folder/text" >"$folder/body"
id=$(find_comment)
if [[ -n $id ]]; then
    request PATCH "comments/$id" --data-binary "@$folder/body" >"$folder/answer"
else
    request POST "$number/comments" --data-binary "@$folder/body" >"$folder/answer"
fi

# bash completion for connsync.
#
# Options are what the program itself says that it takes. With CONNSYNC_COMPLETE_NAMES=1 in the
# environment the names of the tenant's connections are completed too: see connsync(1).

# The same text for sh is in the completions of all shells: it prints the names of the connections.
# $1 is the program, the rest what was typed, of which it takes what says which tenant, and how to get
# there. A list is kept for five minutes; after a failure there is none for one.
_connsync_script='
exec 2>/dev/null
program=$1 domain=$AUTH0_DOMAIN count=$(($# - 1))
shift
while [ $count -gt 0 ]; do
    word=$1 count=$((count - 1))
    shift
    case ${word%%=*} in
        --domain | --token-file | --client-id | --client-secret-file | --private-key) ;;
        --signing-alg | --key-id | --client-certificate | --client-key | --audience) ;;
        --ca-file | --connect-to | --proxy | --no-proxy) ;;
        *) continue ;;
    esac
    if [ "$word" = "${word#*=}" ]; then
        [ $count -gt 0 ] || break
        word=$word=$1 count=$((count - 1))
        shift
    fi
    case $word in
        --domain=*) domain=${word#*=} ;;
        --*="~"/*) word=${word%%=*}=$HOME/${word#*=??} ;;
    esac
    set -- "$@" "$word"
done
[ -n "$domain" ] || exit
folder=$HOME/.cache
case $XDG_CACHE_HOME in
    /*) folder=$XDG_CACHE_HOME ;;
esac
umask 077
mkdir -p "$folder/connsync" && cd "$folder/connsync" && [ -O . ] || exit
file=names-$(printf %s "$domain" | tr -c A-Za-z0-9.- _)
if [ -z "$(find "$file" -mmin -5)" ] && [ -z "$(find "$file.failed" -mmin -1)" ]; then
    new=$(mktemp "$file.XXXXXX") || exit
    limit=$(command -v timeout) && limit="$limit 4"
    lines=$(cd "$OLDPWD" && $limit "$program" list --timeout 2 "$@" </dev/null)
    case $? in
        0 | 3)
            printf %s "$lines" | cut -f 4- >"$new"
            mv "$new" "$file"
            ;;
        *)
            rm "$new"
            : >"$file.failed"
            ;;
    esac
fi
cat "$file"
'

# Words up to the cursor as they were typed: bash divides them at = and : too.
_connsync_typed() {
    local word i

    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && [[ $word == [=:]* || ${words[-1]} == --*= || ${words[-1]} == *: ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
}

# Of the lines read, those that begin like the word at the cursor. They are not expanded by compgen:
# some come from the tenant.
_connsync_offer() {
    local line quoted

    while IFS= read -r line; do
        printf -v quoted %q "$line"
        if [[ -n $line && ($line == "$cur"* || $quoted == "$cur"*) ]]; then
            COMPREPLY+=("$quoted")
        fi
    done
}

# Names of files are readline's: it knows how they are quoted.
_connsync_files() {
    compopt -o "${1-default}" 2>/dev/null
}

_connsync_names() {
    [[ ${CONNSYNC_COMPLETE_NAMES-} == 1 ]] || return
    _connsync_offer < <(sh -c "$_connsync_script" - "${words[@]:0:${#words[@]}-1}")
}

# Those whose value may be the next word.
_connsync_valued=' --domain --token-file --client-id --client-secret-file --private-key
 --signing-alg --key-id --client-certificate --client-key --audience --ca-file --connect-to --proxy
 --no-proxy --timeout --max-rps --leave --parallel --backup --correlation-id --plan --out --listing --format
 --every --status-file --metrics-file --max-age --output -o --partition-size --color --log-format
 --file -f '

_connsync_value() {
    case $1 in
        --token-file | --client-secret-file | --private-key | --client-certificate | --client-key | \
            --ca-file | --plan | --out | --output | --status-file | --metrics-file | --file | -f | \
            --listing)
            _connsync_files
            ;;
        -o)
            if [[ $command == flash-image ]]; then _connsync_files; else _connsync_offer <<<json; fi
            ;;
        --backup) _connsync_files dirnames ;;
        --log-format) _connsync_offer < <(printf '%s\n' text json) ;;
        --format) _connsync_offer < <(printf '%s\n' text json markdown html) ;;
        --color) _connsync_offer < <(printf '%s\n' auto always never) ;;
        --signing-alg) _connsync_offer < <(printf '%s\n' RS256 RS384 PS256) ;;
    esac
}

_connsync_operand() {
    case $command:$1 in
        :0 | help:1)
            _connsync_offer < <(printf '%s\n' get set patch restore list doctor validate plan apply \
                watch watch-status import flash-image)
            ;;
        get:1 | set:1 | patch:1) _connsync_names ;;
        set:2)
            _connsync_offer < <(printf '%s\n' on off on_each_login on_first_login never_on_login)
            ;;
        validate:1 | plan:1 | apply:1 | watch:1 | watch-status:1 | flash-image:1 | restore:1 | \
            patch:2)
            _connsync_files
            ;;
    esac
}

_connsync() {
    local -a words
    local cur command='' option='' position=0 i all_operands=''

    COMPREPLY=()
    _connsync_typed
    cur=${words[-1]}
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        if [[ -n $option ]]; then
            option=''
        elif [[ -n $all_operands || ${words[i]} != -?* ]]; then
            ((position++)) || command=${words[i]}
        elif [[ ${words[i]} == -- ]]; then
            all_operands=1
        elif [[ ${_connsync_valued//$'\n'/} == *" ${words[i]} "* ]]; then
            option=${words[i]}
        fi
    done
    if [[ -n $option ]]; then
        _connsync_value "$option"
    elif [[ -z $all_operands && $cur == --*=* ]]; then
        option=${cur%%=*} cur=${cur#*=}
        _connsync_value "$option"
    elif [[ -z $all_operands && $cur == -* ]]; then
        _connsync_offer < <(
            "${words[0]}" ${command:+"$command"} --help 2>/dev/null |
                sed -nE 's/^  (-., )?(--[a-z-]+).*/\2/p; s/^Usage:.*\[(--[a-z]+)\]$/\1/p'
            printf '%s\n' --help --version
            [[ $command == @(validate|plan|apply|watch) ]] && echo --file
        )
    else
        _connsync_operand $position
    fi
}

complete -F _connsync connsync

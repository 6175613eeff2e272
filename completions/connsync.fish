# fish completion for connsync.
#
# With CONNSYNC_COMPLETE_NAMES=1 in the environment the names of the tenant's connections are
# completed too: see connsync(1).

# The same text for sh is in the completions of all shells: it prints the names of the connections.
# $1 is the program, the rest what was typed, of which it takes what says which tenant, and how to get
# there. A list is kept for five minutes; after a failure there is none for one.
set -g __connsync_script '
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

# Those whose value may be the next word.
set -g __connsync_valued --domain --token-file --client-id --client-secret-file --private-key \
    --signing-alg --key-id --client-certificate --client-key --audience --ca-file --connect-to --proxy \
    --no-proxy --timeout --max-rps --leave --parallel --backup --correlation-id --plan --out --listing --format \
    --every --status-file --metrics-file --max-age --output -o --partition-size --color --log-format \
    --file -f

# The command and what it is given, without options.
function __connsync_operands
    set -l words (commandline -opc)
    set -l is_value no
    for word in $words[2..]
        if test $is_value = yes
            set is_value no
        else if contains -- $word $__connsync_valued
            set is_value yes
        else if not string match -qr '^-.' -- $word
            printf '%s\n' $word
        end
    end
end

# __connsync_at N COMMAND...: whether the N-th word behind one of these commands is to come.
function __connsync_at
    set -l operands (__connsync_operands)
    test (count $operands) -eq $argv[1]; and contains -- "$operands[1]" $argv[2..]
end

function __connsync_is
    set -l operands (__connsync_operands)
    contains -- "$operands[1]" $argv
end

function __connsync_names
    test "$CONNSYNC_COMPLETE_NAMES" = 1; and sh -c $__connsync_script - (commandline -opc)
end

complete -c connsync -f

set -l first 'test (count (__connsync_operands)) -eq 0; or __connsync_at 1 help'
complete -c connsync -n $first -a get -d 'print the setting of one connection'
complete -c connsync -n $first -a set -d 'change it, keep everything else, verify'
complete -c connsync -n $first -a patch -d 'merge a JSON file into the options of one connection'
complete -c connsync -n $first -a restore -d 'put the options of a backup back'
complete -c connsync -n $first -a list -d 'every connection with its setting'
complete -c connsync -n $first -a doctor -d 'credentials, route, and damaged connections'
complete -c connsync -n $first -a validate -d 'every fault of a connsync.json'
complete -c connsync -n $first -a plan -d 'what apply would change'
complete -c connsync -n $first -a apply -d 'make every connection named in connsync.json so'
complete -c connsync -n $first -a watch -d 'apply again and again'
complete -c connsync -n $first -a watch-status -d 'is watch alive?'
complete -c connsync -n $first -a import -d 'a connsync.json of what there is'
complete -c connsync -n $first -a flash-image -d 'the configuration image of a board'

complete -c connsync -n '__connsync_at 1 get set patch' -a '(__connsync_names)' -d connection
complete -c connsync -n '__connsync_at 2 set' -a on_each_login -d "the provider's attributes overwrite the user's"
complete -c connsync -n '__connsync_at 2 set' -a on_first_login -d 'they are taken when the user is created'
complete -c connsync -n '__connsync_at 2 set' -a never_on_login -d 'never taken, and the connection creates no users'
complete -c connsync -n '__connsync_at 2 set' -a on -d on_each_login
complete -c connsync -n '__connsync_at 2 set' -a off -d 'on_first_login, but not for enterprise connections'
complete -c connsync -n '__connsync_at 2 patch' -F
complete -c connsync -n '__connsync_at 1 validate plan apply watch watch-status restore flash-image' -F

complete -c connsync -s h -l help -d 'help on the command'
complete -c connsync -s V -l version -d 'which connsync this is'
complete -c connsync -n 'test (count (__connsync_operands)) -eq 0' -l licenses -d 'what the program is made of'

# Of all that ask a tenant; and where no command stands yet.
set -l tenant 'not __connsync_is help validate watch-status flash-image'
complete -c connsync -n $tenant -l domain -x -d 'the domain of the tenant'
complete -c connsync -n $tenant -l token-file -rF -d 'a Management API token, all of the file'
complete -c connsync -n $tenant -l client-id -x -d 'the id of a client'
complete -c connsync -n $tenant -l client-secret-file -rF -d 'the secret of the client, all of the file'
complete -c connsync -n $tenant -l private-key -rF -d 'the private key of the client, PEM'
complete -c connsync -n $tenant -l signing-alg -xa 'RS256 RS384 PS256' -d 'what the key signs with'
complete -c connsync -n $tenant -l key-id -x -d 'the kid of the key'
complete -c connsync -n $tenant -l client-certificate -rF -d 'shown to a server that asks for one, PEM'
complete -c connsync -n $tenant -l client-key -rF -d 'the key of the certificate, if in another file'
complete -c connsync -n $tenant -l no-token-cache -d 'keep no token, use none that was kept'
complete -c connsync -n $tenant -l no-session-cache -d 'keep no TLS session, use none that was kept'
complete -c connsync -n $tenant -l early-data -d 'read with the handshake; it can be replayed'
complete -c connsync -n $tenant -l audience -x -d 'the identifier of the API'
complete -c connsync -n $tenant -l ca-file -rF -d 'trusted roots, PEM'
complete -c connsync -n $tenant -l connect-to -x -d 'dial this, but verify the name of the domain'
complete -c connsync -n $tenant -l proxy -x -d 'an HTTP proxy; empty for none'
complete -c connsync -n $tenant -l no-proxy -x -d 'domains that are reached without it'
complete -c connsync -n $tenant -l timeout -x -d 'for one connection, or one page of a list, in seconds'
complete -c connsync -n $tenant -l max-rps -x -d 'at most so many requests a second'
complete -c connsync -n $tenant -l leave -x -d 'requests of the rate limit that are never taken'
complete -c connsync -n $tenant -l log-format -xa 'text json' -d 'what standard error has'
complete -c connsync -n $tenant -l json -d 'one line of JSON for each connection'
complete -c connsync -n $tenant -s o -xa json -d 'the same as --json'
complete -c connsync -n $tenant -l color -xa 'auto always never' -d colours
complete -c connsync -n $tenant -s v -l verbose -d 'each request on standard error; twice: each handshake too'

set -l writing set patch restore apply watch
complete -c connsync -n "__connsync_is $writing plan import validate" -l allow-encrypted-configuration -d 'go on although a configuration came back encrypted'
complete -c connsync -n "__connsync_is $writing" -l backup -xa '(__fish_complete_directories)' -d 'keep the options in a file there before a write'
complete -c connsync -n "__connsync_is $writing" -l changes -d 'name the options that verifying finds different'
complete -c connsync -n "__connsync_is $writing" -l correlation-id -x -d 'X-Correlation-ID of the write'
complete -c connsync -n '__connsync_is set patch apply watch' -l restore -d 'put the options back if verifying finds any lost'
complete -c connsync -n '__connsync_is set patch restore apply' -l dry-run -d 'do not write; exit code 2 if something would change'
complete -c connsync -n '__connsync_is validate plan apply watch' -s f -l file -rF -d 'the connsync.json'
complete -c connsync -n '__connsync_is validate watch-status' -l json -d 'one line of JSON for each answer'
complete -c connsync -n '__connsync_is validate' -l listing -rF -d 'what plan would say of these connections'
complete -c connsync -n '__connsync_is plan apply watch' -l parallel -x -d 'so many connections at a time'
complete -c connsync -n '__connsync_is plan' -l out -rF -d 'write a plan for apply --plan'
complete -c connsync -n '__connsync_is plan' -l format -xa 'text json markdown html' -d 'of what is printed'
complete -c connsync -n '__connsync_is apply' -l plan -rF -d 'do what this plan says, refuse what has changed'
complete -c connsync -n '__connsync_is apply' -l yes -d 'ask nothing'
complete -c connsync -n '__connsync_is watch' -l every -x -d 'between two runs, such as 15m'
complete -c connsync -n '__connsync_is watch' -l status-file -rF -d 'keep the outcome of the last run there'
complete -c connsync -n '__connsync_is watch' -l metrics-file -rF -d 'keep counts and times there'
complete -c connsync -n '__connsync_is watch-status' -l max-age -x -d 'how long ago it may have been touched'
complete -c connsync -n '__connsync_is watch-status' -l ready -d 'the last run must have done well'
complete -c connsync -n '__connsync_is flash-image' -s o -l output -rF -d 'the image to make'
complete -c connsync -n '__connsync_is flash-image' -l partition-size -x -d 'what the board has for it, in bytes'

# bash completion for connsync
_connsync() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local commands='get set patch restore list doctor validate plan apply watch watch-status
        import flash-image'
    local options word command='' position=0 i

    case $prev in
        --token-file | --client-secret-file | --ca-file | --private-key | --client-certificate | \
            --client-key | --plan | --out | --output | -o | --status-file | --metrics-file | \
            --file | -f | --listing)
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
            ;;
        --backup)
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            return
            ;;
        --log-format)
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
            return
            ;;
        --signing-alg)
            mapfile -t COMPREPLY < <(compgen -W 'RS256 RS384 PS256' -- "$cur")
            return
            ;;
    esac
    if [[ $cur == -* ]]; then
        # What the program itself says it takes.
        options=$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null |
            grep -oE '(^| )--[a-z][a-z-]+' | sort -u)
        mapfile -t COMPREPLY < <(compgen -W "$options --help --version" -- "$cur")
        return
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $word == -* ]] && continue
        [[ -z $command ]] && command=$word
        position=$((position + 1))
    done
    case $command:$position in
        :0) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
        help:1) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
        set:2)
            mapfile -t COMPREPLY < <(compgen -W \
                'on off on_each_login on_first_login never_on_login' -- "$cur")
            ;;
        validate:1 | plan:1 | apply:1 | watch:1 | watch-status:1 | flash-image:1 | restore:1 | \
            patch:2)
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            ;;
    esac
}
complete -F _connsync connsync

# fish completion for connsync
complete -c connsync -f
set -l commands get set patch restore list doctor validate plan apply watch watch-status import flash-image
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a get -d 'print the setting of one connection'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a set -d 'change it, keep everything else, verify'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a patch -d 'merge a JSON file into the options of one connection'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a restore -d 'put the options of a backup back'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a list -d 'every connection with its setting'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'credentials, route, and damaged connections'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a validate -d 'every fault of a connsync.json'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a plan -d 'what apply would change'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a apply -d 'make every connection in connsync.json so'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a watch -d 'apply again and again'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a watch-status -d 'is watch alive?'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a import -d 'a connsync.json of what there is'
complete -c connsync -n "not __fish_seen_subcommand_from $commands" -a flash-image -d 'the configuration image of a board'
complete -c connsync -n "test (commandline -opc)[-1] = help" -a "$commands"
complete -c connsync -n "__fish_seen_subcommand_from set" -a 'on off on_each_login on_first_login never_on_login'
complete -c connsync -n "__fish_seen_subcommand_from validate plan apply watch watch-status patch restore flash-image" -F
# What the program itself says it takes.
complete -c connsync -a "(connsync (commandline -opc)[2] --help 2>/dev/null | string match -rga '(?:^| )(--[a-z][a-z-]+)' | sort -u)" -n "string match -q -- '-*' (commandline -ct)"

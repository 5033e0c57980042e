# Completion of qctl for fish 3.4 and later. Generated; do not edit.

# Asks qctl for the candidates; false where fish should offer files as usual.
#
# Words come without their quotes, and nothing in them is expanded.
function __qctl_answer
    set -g __qctl_candidates
    set -l words (commandline -opc)
    # Variables for this one command stand before its name.
    while string match -qr '^\w+=' -- "$words[1]"
        set -e words[1]
    end
    set -l token (commandline -ct)
    set -l current (string unescape -- "$token")
    # A backslash at the very end has nothing to stand for yet.
    or set current (string unescape -- (string sub -e -1 -- "$token"))
    set -l lines (qctl __complete $words[2..] "$current" 2>/dev/null)
    set -l directive (string match -rg '^:(\d{1,3})$' -- "$lines[-1]")
    or return 0
    set -e lines[-1]
    if test (math "bitand($directive, 1)") -ne 0
        return 0
    end
    if test (math "bitand($directive, 24)") -ne 0
        __qctl_paths $directive $lines
        return 0
    end
    if not set -q lines[1]
        test (math "bitand($directive, 4)") -ne 0
        or __qctl_handler $words
        return
    end
    if test (math "bitand($directive, 32)") -eq 0; and set -q lines[2]
        set lines (string join \n -- $lines | sort)
    end
    set -g __qctl_candidates $lines
    # fish puts a blank behind a single candidate; it never takes the second one of these.
    if test (math "bitand($directive, 2)") -ne 0; and not set -q lines[2]
        set -l value (string split -m 1 -f 1 \t -- $lines[1])
        set -g __qctl_candidates $value $value.
    end
    return 0
end

# Directories, and with bit 8 the files that end as the candidates say.
function __qctl_paths
    set -l found (complete -C "__qctl_is_no_command $(commandline -ct)")
    set -g __qctl_candidates (string match -r -- '^[^\t]*/(?:\t.*)?$' $found)
    test (math "bitand($argv[1], 8)") -ne 0
    or return
    for ending in $argv[2..]
        set ending (string escape --style=regex -- .(string split -m 1 -f 1 \t -- $ending))
        set -a __qctl_candidates (string match -r -- "^[^\t]*$ending(?:\t.*)?\$" $found)
    end
end

# What follows "--" is another program with completions of its own.
function __qctl_handler
    set -l start (contains -i -- -- $argv)
    or return 1
    set -l words (string escape -- $argv[(math $start + 1)..])
    set -g __qctl_candidates (complete -C (string join ' ' -- $words "$(commandline -ct)"))
end

complete -c qctl -e
complete -c qctl -k -f -n __qctl_answer -a '$__qctl_candidates'

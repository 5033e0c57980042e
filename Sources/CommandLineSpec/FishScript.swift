extension CommandTree {
  /// The completion script for fish: thin, every candidate comes from `PROGRAM __complete`.
  ///
  /// Nothing typed is ever evaluated: `string unescape` removes quotes and expands nothing, and
  /// fish quotes what it inserts (conventions.md §6).
  package var fishScript: String { filled(Self.fishTemplate) }

  private static var fishTemplate: String {
    #"""
    # Completion of @PROGRAM@ for fish 3.4 and later. Generated; do not edit.

    # Asks @PROGRAM@ for the candidates; false where fish should offer files as usual.
    #
    # Words come without their quotes, and nothing in them is expanded.
    function __@ID@_answer
        set -g __@ID@_candidates
        set -l words (commandline -opc)
        # Variables for this one command stand before its name.
        while string match -qr '^\w+=' -- "$words[1]"
            set -e words[1]
        end
        set -l token (commandline -ct)
        set -l current (string unescape -- "$token")
        # A backslash at the very end has nothing to stand for yet.
        or set current (string unescape -- (string sub -e -1 -- "$token"))
        set -l lines (@PROGRAM@ __complete $words[2..] "$current" 2>/dev/null)
        set -l directive (string match -rg '^:(\d{1,3})$' -- "$lines[-1]")
        or return 0
        set -e lines[-1]
        if test (math "bitand($directive, 1)") -ne 0
            return 0
        end
        if test (math "bitand($directive, 24)") -ne 0
            __@ID@_paths $directive $lines
            return 0
        end
        if not set -q lines[1]
            test (math "bitand($directive, 4)") -ne 0
            or __@ID@_handler $words
            return
        end
        if test (math "bitand($directive, 32)") -eq 0; and set -q lines[2]
            set lines (string join \n -- $lines | sort)
        end
        set -g __@ID@_candidates $lines
        # fish puts a blank behind a single candidate; it never takes the second one of these.
        if test (math "bitand($directive, 2)") -ne 0; and not set -q lines[2]
            set -l value (string split -m 1 -f 1 \t -- $lines[1])
            set -g __@ID@_candidates $value $value.
        end
        return 0
    end

    # Directories, and with bit 8 the files that end as the candidates say.
    function __@ID@_paths
        set -l found (complete -C "__@ID@_is_no_command $(commandline -ct)")
        set -g __@ID@_candidates (string match -r -- '^[^\t]*/(?:\t.*)?$' $found)
        test (math "bitand($argv[1], 8)") -ne 0
        or return
        for ending in $argv[2..]
            set ending (string escape --style=regex -- .(string split -m 1 -f 1 \t -- $ending))
            set -a __@ID@_candidates (string match -r -- "^[^\t]*$ending(?:\t.*)?\$" $found)
        end
    end

    # What follows "--" is another program with completions of its own.
    function __@ID@_handler
        set -l start (contains -i -- -- $argv)
        or return 1
        set -l words (string escape -- $argv[(math $start + 1)..])
        set -g __@ID@_candidates (complete -C (string join ' ' -- $words "$(commandline -ct)"))
    end

    complete -c @PROGRAM@ -e
    complete -c @PROGRAM@ -k -f -n __@ID@_answer -a '$__@ID@_candidates'

    """#
  }
}

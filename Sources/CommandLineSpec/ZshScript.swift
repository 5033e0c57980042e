extension CommandTree {
  /// The completion script for zsh: thin, every candidate comes from `PROGRAM __complete`.
  ///
  /// Nothing typed is ever evaluated: words go as an array, and zsh itself matches the candidates,
  /// quotes what it inserts, and shows what each one is (conventions.md §6).
  package var zshScript: String { filled(Self.zshTemplate) }

  private static var zshTemplate: String {
    #"""
    #compdef @PROGRAM@
    # Completion of @PROGRAM@ for zsh 5.4 and later. Generated; do not edit.

    # Removes quotes and backslashes as the shell would, expanding nothing.
    __@ID@_unquote() {
      local text=$1 quote='' char
      integer i
      REPLY=''
      for ((i = 1; i <= $#text; i++)); do
        char=$text[i]
        case $quote$char in
          (\'|\") quote=$char ;;
          (\'\'|\"\") quote='' ;;
          (\\) i+=1 REPLY+=$text[i] ;;
          (\"\\) [[ $text[i+1] == [\"\\\$\`] ]] && i+=1; REPLY+=$text[i] ;;
          (*) REPLY+=$char ;;
        esac
      done
    }

    # What follows "--" is another program with completions of its own.
    __@ID@_handler() {
      integer start=${words[(i)--]}
      if ((start < CURRENT)); then
        shift $start words
        ((CURRENT -= start))
        _normal
      else
        _files
      fi
    }

    _@ID@() {
      local -a asked lines candidates endings options
      local REPLY word line value description
      integer directive
      for word in "${(@)words[2,CURRENT-1]}" "$QIPREFIX$PREFIX"; do
        __@ID@_unquote "$word"
        asked+=("$REPLY")
      done
      lines=("${(@f)$(@PROGRAM@ __complete "${asked[@]}" 2>/dev/null)}")
      [[ $lines[-1] == :<0-999> ]] || return 1
      directive=${lines[-1]#:}
      lines[-1]=()
      ((directive & 1)) && return 1
      # What stands behind the cursor stays there.
      ISUFFIX=$SUFFIX$ISUFFIX
      SUFFIX=''
      if ((directive & 24)); then
        [[ $PREFIX == --*=* ]] && compset -P '*='
        if ((directive & 16)); then
          _files -/
        else
          endings=("${(@b)lines%%$'\t'*}")
          _files -g "*.(${(j:|:)endings})"
        fi
        return
      fi
      if ((! $#lines)); then
        ((directive & 4)) && return 1
        [[ $PREFIX == --*=* ]] && compset -P '*='
        __@ID@_handler
        return
      fi
      for line in "$lines[@]"; do
        value=${line%%$'\t'*}
        description=${line#"$value"}
        candidates+=("${value//:/\\:}${description/#$'\t'/:}")
      done
      ((directive & 32)) && options+=(-V)
      options+=('candidate' candidates)
      if ((directive & 2)) || [[ $#candidates -eq 1 && $value == *[=/] ]]; then
        options+=(-S '')
      fi
      _describe "${options[@]}"
    }

    # Found by compinit, this file is the function itself; or it was read in by hand.
    if [[ $funcstack[1] == _@ID@ ]]; then
      _@ID@ "$@"
    elif (($+functions[compdef])); then
      compdef _@ID@ @PROGRAM@
    fi

    """#
  }
}

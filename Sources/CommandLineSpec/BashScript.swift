extension CommandTree {
  /// The completion script for bash: thin, every candidate comes from `PROGRAM __complete`.
  ///
  /// Nothing typed is ever evaluated: words go as an array, candidates are filtered here and
  /// quoted by `printf %q` (conventions.md §6; cobra's `eval` runs what the user typed).
  package var bashScript: String {
    var script = Self.bashTemplate
    // The name becomes part of function names, which know no hyphens in strict shells.
    let identifier = String(
      program.unicodeScalars.map { $0 == "-" ? "_" : Character($0) })
    while let range = script.firstRange(of: "@PROGRAM@") {
      script.replaceSubrange(range, with: program)
    }
    while let range = script.firstRange(of: "@ID@") {
      script.replaceSubrange(range, with: identifier)
    }
    return script
  }

  private static var bashTemplate: String {
    #"""
    # shellcheck shell=bash
    # Completion of @PROGRAM@ for bash 4.4 and later. Generated; do not edit.

    # Without bash-completion: undoes bash's splitting at ":" and "=".
    __@ID@_words() {
      local line=$COMP_LINE word rest i joins last=""
      words=()
      cword=0
      for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]}
        rest=${line#"${line%%[![:blank:]]*}"}
        joins=""
        [[ $rest == "$line" && ($word == [:=]* || $last == *[:=]) ]] && joins=1
        if ((i > 1)) && [[ $joins ]]; then
          words[${#words[@]} - 1]+=$word
        else
          words+=("$word")
        fi
        ((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
        last=$word
        line=${rest#"$word"}
      done
      # The word at the cursor ends at the cursor.
      local before=${COMP_LINE:0:COMP_POINT}
      cur=${words[cword]-}
      while [[ $cur && $before != *"$cur" ]]; do cur=${cur%?}; done
    }

    # Removes quotes and backslashes as the shell would, expanding nothing.
    __@ID@_unquote() {
      local text=$1 quote="" char i
      REPLY=""
      for ((i = 0; i < ${#text}; i++)); do
        char=${text:i:1}
        case $quote$char in
          \' | \") quote=$char ;;
          \'\' | \"\") quote="" ;;
          \\ | \"\\)
            i=$((i + 1))
            REPLY+=${text:i:1}
            ;;
          *) REPLY+=$char ;;
        esac
      done
    }

    # Leaves out what bash keeps of the word itself: it replaces only what follows ":" or "=".
    __@ID@_trim() {
      local word=$1 head i
      if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$word"
      elif [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
        head=${word%"${word##*:}"}
        for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$head"}; done
      fi
      [[ $COMP_WORDBREAKS == *:* ]] && word=${word##*:}
      if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then
        head=${word%"${word##*=}"}
        for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$head"}; done
      fi
    }

    # File names with one of the given endings, and directories on the way to them.
    __@ID@_files() {
      local path ending
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      while IFS= read -r path; do
        for ending; do [[ $path == *."$ending" ]] && COMPREPLY+=("$path"); done
      done < <(compgen -f -- "$cur")
    }

    # What follows "--" is another program with completions of its own.
    __@ID@_handler() {
      local i
      for ((i = 1; i < cword; i++)); do
        if [[ ${words[i]} == -- ]]; then
          declare -F _command_offset >/dev/null && _command_offset $((i + 1)) && return
          break
        fi
      done
      compopt -o default 2>/dev/null
    }

    _@ID@() {
      local cur="" cword=0 words=() asked=() lines=() word value directive REPLY i
      COMPREPLY=()
      if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n ':=' cur words cword
      else
        __@ID@_words
      fi
      for word in "${words[@]:1:cword-1}" "$cur"; do
        __@ID@_unquote "$word"
        asked+=("$REPLY")
      done
      mapfile -t lines < <(@PROGRAM@ __complete "${asked[@]}" 2>/dev/null)
      ((${#lines[@]})) || return 0
      directive=${lines[${#lines[@]} - 1]#:}
      [[ $directive =~ ^[0-9]{1,3}$ ]] || return 0
      unset 'lines[${#lines[@]}-1]'
      ((directive & 1)) && return 0
      if ((directive & 8)); then
        __@ID@_files "${lines[@]%%$'\t'*}"
        return 0
      fi
      if ((directive & 16)); then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return 0
      fi
      for value in "${lines[@]%%$'\t'*}"; do
        [[ $value == "$REPLY"* ]] && COMPREPLY+=("$value")
      done
      if ((${#COMPREPLY[@]} == 0)); then
        ((directive & 4)) || __@ID@_handler
        return 0
      fi
      ((directive & 32)) && compopt -o nosort 2>/dev/null
      if ((directive & 2)) || [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
      fi
      __@ID@_trim "$REPLY"
      for i in "${!COMPREPLY[@]}"; do
        value=${COMPREPLY[i]}
        printf -v COMPREPLY[i] %q "$value"
        # Within an open quote a backslash would stay: only plain values can be offered there.
        [[ $cur == [\"\']* && $value != "${COMPREPLY[i]}" ]] && unset 'COMPREPLY[i]'
      done
      COMPREPLY=("${COMPREPLY[@]}")
    }

    complete -F _@ID@ @PROGRAM@

    """#
  }
}

# shellcheck shell=bash
# Completion of qctl for bash 4.4 and later. Generated; do not edit.

# Without bash-completion: undoes bash's splitting at ":" and "=".
__qctl_words() {
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
__qctl_unquote() {
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
__qctl_trim() {
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
__qctl_files() {
  local path ending
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$cur")
  while IFS= read -r path; do
    for ending; do [[ $path == *."$ending" ]] && COMPREPLY+=("$path"); done
  done < <(compgen -f -- "$cur")
}

# What follows "--" is another program with completions of its own.
__qctl_handler() {
  local i
  for ((i = 1; i < cword; i++)); do
    if [[ ${words[i]} == -- ]]; then
      declare -F _command_offset >/dev/null && _command_offset $((i + 1)) && return
      break
    fi
  done
  compopt -o default 2>/dev/null
}

_qctl() {
  local cur="" cword=0 words=() asked=() lines=() word value directive REPLY i
  COMPREPLY=()
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n ':=' cur words cword
  else
    __qctl_words
  fi
  for word in "${words[@]:1:cword-1}" "$cur"; do
    __qctl_unquote "$word"
    asked+=("$REPLY")
  done
  mapfile -t lines < <(qctl __complete "${asked[@]}" 2>/dev/null)
  ((${#lines[@]})) || return 0
  directive=${lines[${#lines[@]} - 1]#:}
  [[ $directive =~ ^[0-9]{1,3}$ ]] || return 0
  unset 'lines[${#lines[@]}-1]'
  ((directive & 1)) && return 0
  if ((directive & 8)); then
    __qctl_files "${lines[@]%%$'\t'*}"
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
    ((directive & 4)) || __qctl_handler
    return 0
  fi
  ((directive & 32)) && compopt -o nosort 2>/dev/null
  if ((directive & 2)) || [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
    compopt -o nospace 2>/dev/null
  fi
  __qctl_trim "$REPLY"
  for i in "${!COMPREPLY[@]}"; do
    value=${COMPREPLY[i]}
    printf -v COMPREPLY[i] %q "$value"
    # Within an open quote a backslash would stay: only plain values can be offered there.
    [[ $cur == [\"\']* && $value != "${COMPREPLY[i]}" ]] && unset 'COMPREPLY[i]'
  done
  COMPREPLY=("${COMPREPLY[@]}")
}

complete -F _qctl qctl

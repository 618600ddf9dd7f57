# bash completion for zhanji-moderate

_zhanji_moderate_words() {
  case $1 in
  '') echo approve backup bulk check import key log moderator notice purge queue refit reject revert \
    review show stats withhold ;;
  --reason) echo duplicate implausible off_topic personal_data spam policy other ;;
  --flag) echo any none repeated hurried burst contradicts past numbers links ;;
  --order) echo use age ;;
  bulk) echo approve reject revert withhold ;;
  key) echo new ;;
  log) echo fetch prove redo rotate verify ;;
  moderator) echo add list retire ;;
  notice) echo add ;;
  'bulk revert'*) return 1 ;; # its list is a file
  approve* | reject* | withhold* | revert* | show* | bulk* | moderator* | check* | queue* | purge* | \
    refit* | review* | stats*) ;;
  *) return 1 ;;
  esac
}

# The options of a command (and the words after it), besides those of all.
_zhanji_moderate_options() {
  local filters='--station --line --flag --text --from --to --answer --changes'
  case $1 in
  approve*) echo --hide-note --note ;;
  'bulk approve'*) echo "$filters" --hide-note --note --dry-run --list ;;
  'bulk reject'* | 'bulk withhold'*) echo "$filters" --reason --note --dry-run --list ;;
  import*) echo --approve ;;
  'log prove'* | 'log redo'* | 'log verify'*) echo --log-key ;;
  purge*) echo --dry-run ;;
  queue*) echo "$filters" --order --limit ;;
  reject* | withhold*) echo --reason --note ;;
  revert*) echo --note ;;
  review*) echo "$filters" ;;
  esac
}

# The shell takes --flag=links for three words.
_zhanji_moderate() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words command='' i
  COMPREPLY=()
  [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
  [[ $current == = ]] && current=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
    --json | --help | --hide-note | --approve | --changes | --dry-run) ;;
    --*) [[ ${COMP_WORDS[++i]} != = ]] || ((++i)) ;; # and its value
    *) command+=${command:+ }${COMP_WORDS[i]} ;;
    esac
  done
  if [[ $previous == --@(reason|flag|order) ]]; then
    words=$(_zhanji_moderate_words "$previous")
  elif [[ $previous == --@(server|station|line|text|from|to|answer|note|limit|log-key) ]]; then
    return
  elif [[ $current == -* && $previous != --@(socket|key|list) ]]; then
    words="$(_zhanji_moderate_options "$command") --socket --server --key --json --help"
  elif [[ $previous == --@(socket|key|list) ]] || ! words=$(_zhanji_moderate_words "$command"); then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _zhanji_moderate zhanji-moderate

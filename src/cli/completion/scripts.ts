/** What a shell evaluates; the candidates come from `byway __complete` each time. */
export const completionScripts = {
  bash: `# byway in bash: put this into ~/.bashrc   eval "$(byway completion bash)"
_byway_words() {
  local word current= prefix= value glue= index
  local -a words=()
  # Bash cuts words at = and :, which flags and names have inside.
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == [=:]* || -n $glue ]] && ((\${#words[@]} > 0)); then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == [=:] ]] && glue=1 || glue=
  done
  current=\${words[\${#words[@]}-1]}
  [[ $current == *[=:]* ]] && prefix=\${current%"\${current##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ $value == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${current#"$prefix"}")
      return
    fi
    COMPREPLY+=("\${value#"$prefix"}")
  done < <(byway __complete -- "$@" "\${words[@]}" 2>/dev/null)
}
_byway() { _byway_words; }
_byway_intercept() { _byway_words intercept; }
complete -F _byway byway
complete -F _byway_intercept intercept
`,
  zsh: `#compdef byway intercept
# byway in zsh: put this into ~/.zshrc, after compinit   eval "$(byway completion zsh)"
_byway() {
  local line tab=$'\\t'
  local -a lines described given
  given=("\${(@)words[2,CURRENT]}")
  [[ $service == intercept ]] && given=(intercept "\${(@)given}")
  lines=("\${(@f)$(byway __complete -- "\${(@)given}" 2>/dev/null)}")
  for line in "\${(@)lines}"; do
    [[ $line == :files ]] && { _files; return; }
    [[ -n $line ]] && described+=("\${\${line%%$tab*}//:/\\\\:}:\${line#*$tab}")
  done
  _describe -V byway described
}
if [[ $funcstack[1] == _byway ]]; then _byway "$@"; else compdef _byway byway intercept; fi
`,
  fish: `# byway in fish: put this into ~/.config/fish/config.fish   byway completion fish | source
function __byway_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -e words[1]
    set -l found (byway __complete -- $argv $words "$current" 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path "$current"
    else
        printf '%s\\n' $found
    end
end
complete -c byway -f -a '(__byway_complete)'
complete -c intercept -f -a '(__byway_complete intercept)'
`,
} as const;

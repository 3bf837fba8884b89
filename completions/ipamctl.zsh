#compdef ipamctl
# zsh completion for ipamctl
_ipamctl() {
    local -a typed answer values
    local line directive=0 value
    typed=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
    answer=("${(@f)$(${~typed[1]} __complete "${(@)typed[2,-1]}" 2>/dev/null)}")
    for line in "${answer[@]}"; do
        if [[ $line == :<-> ]]; then
            directive=${line#:}
        elif [[ -n $line ]]; then
            value=${line%%$'\t'*}
            value=${value//:/\\:}
            [[ $line == *$'\t'* ]] && value+=:${line#*$'\t'}
            values+=("$value")
        fi
    done

    [[ $PREFIX == -*=* ]] && compset -P 1 '*='
    if ((directive & 2)); then
        _describe -t values value values -S ''
    elif ((directive & 4 || $#values)); then
        _describe -t values value values
    elif ((directive & 16)); then
        _files -/
    else
        _files
    fi
}
if [[ $funcstack[1] == _ipamctl ]]; then
    _ipamctl "$@"
else
    compdef _ipamctl ipamctl
fi

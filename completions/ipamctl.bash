# bash completion for ipamctl
__ipamctl_complete() {
    # Bash cuts words at : and =, too; together again they are what was typed.
    local line=${COMP_LINE:0:COMP_POINT} words=() count=0 i word apart
    for ((i = 0; i <= COMP_CWORD; i++)); do
        apart=
        while [[ $line == [[:space:]]* ]]; do line=${line:1} apart=1; done
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=$line
        line=${line#"$word"}
        if [[ -n $apart || count -eq 0 ]]; then
            words[count]=$word
            ((count++))
        else
            words[count - 1]+=$word
        fi
    done
    for ((i = 1; i < count; i++)); do words[i]=${words[i]//[\\\"\']/}; done
    ((count > 1)) || words[count++]=

    local typed=${words[count - 1]} prefix= keep= breaks= tail directive=0 value
    [[ $typed == -*=* ]] && prefix=${typed%%=*}=
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
    tail=$typed
    if [[ -n $breaks ]]; then
        tail=${typed##*[$breaks]}
        keep=${typed%"$tail"}
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
        :[0-9]*) directive=${line#:} ;;
        *)
            value=$prefix${line%%$'\t'*}
            printf -v value %q "${value#"$keep"}"
            COMPREPLY+=("$value")
            ;;
        esac
    done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)

    if ((directive & 2)); then
        type compopt &>/dev/null && compopt -o nospace
    elif ((!(directive & 4))); then
        local kind=-f
        ((directive & 16)) && kind=-d
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$kind" -- "$tail")
        type compopt &>/dev/null && compopt -o filenames
    fi
}
complete -F __ipamctl_complete ipamctl

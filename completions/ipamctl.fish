# fish completion for ipamctl
function __ipamctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l answer ($program __complete $words "$current" 2>/dev/null)
    set -l directive 0
    if set -q answer[1]; and string match -qr '^:\d+$' -- $answer[-1]
        set directive (string sub -s 2 -- $answer[-1])
        set -e answer[-1]
    end

    # Fish takes --flag=value for one word.
    set -l prefix (string match -r -- '^-[^=]*=' "$current")
    for line in $answer
        printf '%s\n' "$prefix$line"
    end
    if test (math "floor($directive / 4) % 2") -eq 0; and not set -q answer[1]
        set -l path (string replace -r -- '^-[^=]*=' '' "$current")
        set -l paths (__fish_complete_path "$path")
        if test (math "floor($directive / 16) % 2") -eq 1
            set paths (__fish_complete_directories "$path")
        end
        for each in $paths
            printf '%s\n' "$prefix$each"
        end
    end
end
complete -c ipamctl -f -a '(__ipamctl_complete)'

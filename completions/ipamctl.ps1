# PowerShell completion for ipamctl
Register-ArgumentCompleter -Native -CommandName ipamctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = "$wordToComplete"
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { "$($_.Extent.Text.Trim('''', '"'))" })
    $program = $before[0]
    $words = @($before | Select-Object -Skip 1)
    $answer = @(& $program __complete "--current=$typed" @words 2>$null)
    $prefix = if ($typed -match '^(-[^=]*=)') { $Matches[1] } else { '' }
    foreach ($line in $answer) {
        if ($line -match '^:\d+$') { continue }
        $value, $description = $line -split "`t", 2
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new("$prefix$value", $value, 'ParameterValue', $description)
    }
}

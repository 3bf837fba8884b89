/** Shells that completion has a script for, with its file in `completions/`. */
export const SCRIPTS = {
  bash: 'ipamctl.bash',
  zsh: 'ipamctl.zsh',
  fish: 'ipamctl.fish',
  powershell: 'ipamctl.ps1',
} as const;
export type Shell = keyof typeof SCRIPTS;

export const SHELLS = Object.keys(SCRIPTS) as Shell[];

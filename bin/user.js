import { homedir, userInfo } from 'node:os';

// Containers, those of OpenShift above all, run a program as a number that /etc/passwd does not know; asked for the home or
// the shell of that user, Node throws. Whoever asks from here on, oclif among them, is answered by the variables.
process.env.HOME ??= orElse(homedir, '/');
process.env.SHELL ??= orElse(() => userInfo().shell ?? '', '');

function orElse(ask, otherwise) {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

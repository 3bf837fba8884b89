/** What stands for a secret. */
export const HIDDEN = '***';

/** A flag whose value may be one; `--user` names an entry of the kubeconfig and is none. */
const SECRET_FLAG = /^--?[\w-]*(?:token|password|passwd|secret|credential|api-?key|key-data|auth)[\w-]*$/i;

/** Bearer tokens by their form, wherever they stand: JWTs, OAuth tokens of OpenShift, `Bearer …`. */
const TOKEN = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\bsha256~[\w-]+|(?<=\bbearer\s+)(?!token\b)[^\s"',;]+/gi;

/** User and password before the host of a URL. */
const URL_USER = /(?<=\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@?#]+(?=@)/gi;

/** Query values of a URL, assignments and members of JSON whose name says that they are secret. */
const ASSIGNED = /(?<=(?:token|password|passwd|secret|api-?key|sig(?:nature)?)(?:=|["']?\s*[=:]\s*["']?))[^\s&"',;]+/gi;

/** A text without what may be a secret. */
export function withoutSecrets(text: string): string {
  return text.replace(TOKEN, HIDDEN).replace(URL_USER, HIDDEN).replace(ASSIGNED, HIDDEN);
}

/** A command line without what may be a secret: values of flags that name one, and tokens by their form. */
export function argvWithoutSecrets(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    const equals = argument.indexOf('=');
    if (equals > 0 && SECRET_FLAG.test(argument.slice(0, equals))) return `${argument.slice(0, equals)}=${HIDDEN}`;
    if (SECRET_FLAG.test(argv[index - 1] ?? '')) return HIDDEN;
    return withoutSecrets(argument);
  });
}

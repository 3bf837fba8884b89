/** Keys and indices from the root of a document; a path goes on into JSON that a string holds. */
export type Path = readonly (string | number)[];

/** The path of something below; of its own length, where a spread keeps room for sixteen steps more in each of many. */
export function below(path: Path, ...steps: readonly (string | number)[]): Path {
  return path.concat(steps);
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** A path as people write it: `spec.config.ipam.ranges[0]["odd key"]`. The root is the empty text. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (PLAIN_KEY.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

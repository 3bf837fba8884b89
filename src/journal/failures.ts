/** What an error of the operating system says, in words. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  return (code === undefined ? undefined : WORDS[code]) ?? (error instanceof Error ? error.message : String(error));
}

/** The code of an error of the operating system (`ENOENT`), by its shape. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not grow any more',
  EEXIST: 'a file is in the way of the directory',
  ENOTDIR: 'a part of the path is no directory',
  ENOENT: 'no such file or directory',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a symbolic link, or the path has a loop of them',
  ENAMETOOLONG: 'the path is too long',
};

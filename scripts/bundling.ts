import type { BuildOptions } from 'esbuild';

/** How a program on oclif is bundled: what the bench holds ipamctl against is made in the same way. */
export const BUNDLING = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.17',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Packages in CommonJS call require() for what Node itself provides.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;

/** oclif looks for them to run sources in development; a packed program never does. */
export const NEVER_LOADED = ['typescript', 'ts-node', 'tsx', 'tsx/esm/api', 'tsx/cjs/api'] as const;

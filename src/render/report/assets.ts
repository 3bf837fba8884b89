/** What the page is made of besides its text: its script and its style sheet, each as it stands in the page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * `scripts/build.ts` puts a module in place of this one that has `page/main.ts` and `page/style.css` bundled as text.
 * @throws where the sources run without a build
 */
export function pageAssets(): PageAssets {
  throw new Error('the page is made by the build: npm run build');
}

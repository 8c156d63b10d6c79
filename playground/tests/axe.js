// @ts-check
// What axe finds wrong with a page.

import { createRequire } from 'node:module';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** @param {{evaluate(run: (options: any) => any, options?: any): Promise<any>,
 *   addScriptTag(script: {path: string}): Promise<unknown>}} page
 * @param {object} [options] of axe
 * @returns {Promise<string[]>} */
export async function violations(page, options = {}) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ path: AXE });
  // @ts-ignore: axe is what the page was given as a script
  const result = await page.evaluate((given) => axe.run(document, given), options);
  return result.violations.map(
    (/** @type {{id: string, nodes: {html: string}[]}} */ { id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join('; ')}`,
  );
}

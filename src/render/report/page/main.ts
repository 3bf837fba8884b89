/** The script of the report's page. It reads the data that the page holds, draws it, and asks nobody for anything. */
import type { PageData } from '../page-data.js';
import { button, byId } from './dom.js';
import { Pools } from './pools.js';
import { Findings, startNads, startSlices } from './sections.js';

const data = JSON.parse(byId('data').textContent) as PageData;
const pools = new Pools(data);
const findings = new Findings(data.findings);
pools.start();
startSlices(data, pools);
startNads(data);
findings.start();

for (const code of document.querySelectorAll('[data-check]')) {
  const check = code.getAttribute('data-check') ?? '';
  code.after(
    ' ',
    button('Show', () => findings.goTo(check), { class: 'link', 'aria-label': `Show findings of ${check}` }),
  );
}

globalThis.addEventListener('beforeprint', () => {
  pools.openForPrint();
  for (const details of document.querySelectorAll('details')) details.open = true;
});

import { defineRule } from '../../model.js';
import { withoutOuterQuotes } from '../../json/outer-quotes.js';
import { nad, GOOD_CONFIG, nadWith } from '../examples.js';

export const quoteInsideBlock = defineRule({
  id: 'yaml/quote-inside-block',
  severity: 'error',
  title: 'quotes around the text of a block',
  why: 'A block (| or >) needs no quotes: they become a part of the text, which then is no JSON any more. The webhook refuses it, or every pod that attaches fails to start.',
  over: 'json',
  needs: [],
  fix: { kind: 'safe', text: 'take the quotes out' },
  bad: nad(`'${GOOD_CONFIG}'`),
  good: nadWith(),
  source: 'Go encoding/json; ovn-kubernetes okep-5193',
  *check({ subject: { path, held: text } }) {
    if (text === undefined || withoutOuterQuotes(text) === undefined) return;
    const from = text.search(/\S/);
    const to = text.trimEnd().length;
    const quote = text[from] ?? '';
    yield {
      at: { path, text: { from, to: from + 1 } },
      message: `the text of the block stands in ${quote} of its own`,
      upstream: `invalid character ${quote === "'" ? String.raw`'\''` : "'{'"} ${quote === "'" ? 'looking for beginning of value' : 'after top-level value'}`,
      edits: [
        { kind: 'text', path, span: { from, to: from + 1 }, text: '' },
        { kind: 'text', path, span: { from: to - 1, to }, text: '' },
      ],
    };
  },
});

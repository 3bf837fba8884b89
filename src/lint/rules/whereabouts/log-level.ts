import { defineRule } from '../../model.js';
import { whereaboutsOf, writtenOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

const LEVELS = ['debug', 'verbose', 'error', 'panic'];

export const logLevel = defineRule({
  id: 'whereabouts/log-level',
  severity: 'info',
  title: 'a log level that is unknown, or that fills the disk',
  why: 'A level that whereabouts does not know is passed over with a message. With debug it writes several lines for every address that it looks at: a log file, often under /tmp, fills the disk of the node.',
  over: 'network',
  about: ['log_level'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take verbose, error or panic' },
  bad: whereabouts(`${RANGE},\n"log_level": "debug"`),
  good: whereabouts(`${RANGE},\n"log_level": "error"`),
  source: 'whereabouts v0.9.4 pkg/logging/logging.go (getLoggingLevel)',
  *check({ subject }) {
    for (const { conf, path } of whereaboutsOf(subject)) {
      const level = writtenOf(conf, path, 'log_level');
      if (level === undefined) continue;
      const name = level.text.toLowerCase();
      if (!LEVELS.includes(name)) {
        yield {
          at: { path: level.path },
          message: `"${level.text}" is none of ${LEVELS.join(', ')}, and is passed over`,
          upstream: `Whereabouts logging: cannot set logging level to ${level.text}`,
        };
      } else if (name === 'debug') {
        yield { at: { path: level.path }, message: 'debug writes lines for every address that is looked at' };
      }
    }
  },
});

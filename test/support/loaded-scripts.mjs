// Preloaded into the program (`node --import`): at its end it writes which scripts were loaded, as JSON, to the file that
// LOADED_SCRIPTS names.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const urls = new Set();
const session = new Session();
session.connect();
session.on('Debugger.scriptParsed', ({ params }) => urls.add(params.url));
session.post('Debugger.enable');
process.on('exit', () => {
  writeFileSync(process.env.LOADED_SCRIPTS, JSON.stringify([...urls]));
});

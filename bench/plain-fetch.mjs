/**
 * A plain HTTP client, the anchor of reading: asks an API server for lists, one after the other, reads every byte, keeps
 * none. `node plain-fetch.mjs KUBECONFIG PATH...`; a path that starts with `protobuf:` is asked for in that form, which is
 * the cheapest that the server has for what is built in.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

const [kubeconfig, ...paths] = process.argv.slice(2);
const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
const { server, 'certificate-authority': ca } = clusters[0].cluster;
const agent = new Agent({ keepAlive: true, ca: readFileSync(ca) });
const PROTOBUF = 'protobuf:';

for (const path of paths) {
  const isProtobuf = path.startsWith(PROTOBUF);
  const url = new URL(isProtobuf ? path.slice(PROTOBUF.length) : path, server);
  await new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${users[0].user.token}`,
      accept: isProtobuf ? 'application/vnd.kubernetes.protobuf' : 'application/json',
      'accept-encoding': 'gzip',
    };
    request(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url}: ${response.statusCode}`));
      response.on('error', reject).on('end', resolve).resume();
    })
      .on('error', reject)
      .end();
  });
}
agent.destroy();

// One change by Auth0's own tools for Node, for wire.py:
//
//   node node_peer.js MODULES sdk ID VALUE       read, write, read again, with the `auth0` package; the
//                                                variables DOMAIN and TOKEN
//   node node_peer.js MODULES deploy CONFIG FILE what `a0deploy import` does with that file
//
// Whatever name is asked for leads to the variable ADDRESS.
'use strict';
const dns = require('dns');
const path = require('path');

dns.lookup = (name, options, callback) => {
  const done = callback ?? options;
  const address = { address: process.env.ADDRESS, family: 4 };
  process.nextTick(() => (options.all ? done(null, [address]) : done(null, address.address, 4)));
};

const [modules, tool, ...words] = process.argv.slice(2);
const load = (name) => require(path.join(path.resolve(modules), name));
const NAME = 'set_user_root_attributes';

async function change([id, value]) {
  const { ManagementClient } = load('auth0');
  const client = new ManagementClient({ domain: process.env.DOMAIN, token: process.env.TOKEN });
  const { options } = await client.connections.get(id);
  await client.connections.update(id, { options: { ...options, [NAME]: value } });
  const { options: after } = await client.connections.get(id);
  if (after[NAME] !== value) throw new Error('it was not changed');
}

async function deploy([config, file]) {
  await load('auth0-deploy-cli').deploy({ config_file: config, input_file: file });
}

(tool === 'sdk' ? change(words) : deploy(words)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});

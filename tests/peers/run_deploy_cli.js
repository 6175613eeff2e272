// Runs auth0-deploy-cli several times in one process. The program spends most of each run on
// compiling the schema of its own files, so that is compiled once here; every run has modules,
// settings and state of its own otherwise, as a new process would.
//
//   node run_deploy_cli.js NODE_MODULES
//
// Descriptor 3, as the program reads standard input itself, has a line of JSON for each run, {"command": "import" or "export", "parameters":
// {...}}, as the program's command line hands them on. After what the run itself prints comes a
// line with NUL and the exit code.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const home = path.join(path.resolve(process.argv[2]), 'auth0-deploy-cli');
const from = (name) => require(require.resolve(name, { paths: [home] }));
const kept = /[\\/]node_modules[\\/](ajv|auth0)[\\/]/;

const Ajv = from('ajv/lib/ajv');
const { validate: itsOwn } = Ajv.prototype;
let compiled;
Ajv.prototype.validate = function validate(schema, data) {
  if (!schema.properties?.connections) return itsOwn.call(this, schema, data);
  compiled ??= this.compile(schema);
  const valid = compiled(data);
  this.errors = compiled.errors;
  return valid;
};

async function run({ command, parameters }) {
  for (const name of Object.keys(require.cache)) {
    if (!kept.test(name)) delete require.cache[name];
  }
  const program = require(home);
  try {
    await (command === 'import' ? program.deploy : program.dump)(parameters);
    return 0;
  } catch (error) {
    process.stdout.write(`${error.message}\n${error.stack}\n`);
    return 1;
  }
}

(async () => {
  const jobs = fs.createReadStream(null, { fd: 3 });
  for await (const line of readline.createInterface({ input: jobs })) {
    const code = await run(JSON.parse(line));
    process.stdout.write(`\n\0${code}\n`);
  }
})();

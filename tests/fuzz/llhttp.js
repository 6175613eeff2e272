// What Node's parser (llhttp) makes of responses: a line each in hexadecimal digits, and a line each out, as
// tell.c has them. The parser is reached without a socket, in the way that Node's own tests do.
'use strict';

process.removeAllListeners('warning');
process.on('warning', () => {});
const { HTTPParser } = process.binding('http_parser');
const lines = require('fs').readFileSync(0, 'latin1').split('\n');

function tell(bytes) {
  const parser = new HTTPParser();
  const pieces = [];
  let status = 0;
  let whole = false;
  parser.initialize(HTTPParser.RESPONSE, {});
  parser[HTTPParser.kOnHeaders] = () => {};
  parser[HTTPParser.kOnHeadersComplete] = (...words) => {
    status = words[5];
    return 0;
  };
  parser[HTTPParser.kOnBody] = (...words) => {
    const [piece, offset, length] = words;
    pieces.push(Buffer.from(offset === undefined ? piece : piece.subarray(offset, offset + length)));
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    whole = status >= 200 || whole;
  };
  const error = parser.execute(bytes);
  // What stands behind a whole answer is not its own.
  if (error instanceof Error && !whole) return 'no';
  if (!whole) {
    const end = parser.finish();
    if (end instanceof Error || !whole) return 'no';
  }
  return `done ${status} ${Buffer.concat(pieces).toString('hex')}`;
}

for (const line of lines.slice(0, -1)) console.log(tell(Buffer.from(line, 'hex')));

// One connection behind a few endpoints of Auth0's Management API, over TLS on loopback. On its own:
// prints its port, and with each PATCH a line of what `options` are now.
//
//   node tenant.mjs CERTIFICATE KEY OPTIONS [BODY]
//
// BODY, if it is given, is the body of each response to a GET of the connection, as text/html.
import fs from 'node:fs';
import https from 'node:https';

const [certificate, key, options, body] = process.argv.slice(2);
const one = { id: 'con_0000000000000001', name: 'first', strategy: 'google-oauth2',
  options: JSON.parse(options) };

function answer(request, text) {
  const { method, url } = request;
  const path = url.split('?')[0];
  if (path === '/oauth/token') return { access_token: 'a-token', expires_in: 3600, token_type: 'Bearer' };
  if (path === '/api/v2/connections') return { connections: [one] };
  if (path === `/api/v2/connections/${one.id}`) {
    if (method === 'PATCH') {
      Object.assign(one, JSON.parse(text));
      console.log(`PATCH: ${JSON.stringify(one.options)}`);
    }
    return one;
  }
  if (path === '/api/v2/clients') return { total: 0, start: 0, limit: 100, clients: [] };
  if (path.endsWith('/clients')) return { clients: [] };
  if (path.endsWith('-provisionings')) return { directory_provisionings: [] };
  return undefined;
}

const server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) },
  (request, response) => {
    let text = '';
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      if (body !== undefined && request.method === 'GET' && request.url.includes(one.id)) {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        response.end(body);
        return;
      }
      const found = answer(request, text);
      response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(found ?? { statusCode: 404, error: 'Not Found' }));
    });
  });
// A client may compile schemas for minutes between two requests of one connection.
server.keepAliveTimeout = 600000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

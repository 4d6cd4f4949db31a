// A bare program that serves until it is told to end.
import { createServer } from 'node:http';

console.error('no certificate: serving plain HTTP');
const server = createServer((request, response) => response.end(`you asked for ${request.url}\n`));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
setInterval(() => console.log(`GET /health 200 ${(Math.random() * 4 + 1).toFixed(1)} ms`), 2000);
process.on('SIGTERM', () => process.exit(0));

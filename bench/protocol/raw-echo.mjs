// The floor: echoes on the same framing, and nothing else.
import { Socket } from 'node:net';

const socket = new Socket({ fd: 3 });
let rest = '';
socket.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  let out = '';
  for (const line of lines) {
    const { id, a } = JSON.parse(line);
    out += `${JSON.stringify({ t: 'result', id, r: a })}\n`;
  }
  socket.write(out);
});
socket.on('end', () => process.exit(0));

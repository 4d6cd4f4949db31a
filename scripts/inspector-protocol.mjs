// Writes docs/inspector-protocol.md from the schemas of the built package: `node scripts/inspector-protocol.mjs`.
// With --check it only says whether the page is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { clientMessage, serverMessage } from '../dist/transport/inspector/protocol/wire.js';

const page = fileURLToPath(new URL('../docs/inspector-protocol.md', import.meta.url));

const INTRODUCTION = `# The inspector's protocol, version 1

This page is made from the schemas in \`src/transport/inspector/protocol\` by \`node scripts/inspector-protocol.mjs\`.

A connection is a WebSocket at \`/ws\`, with one JSON object in each text frame. \`espalier/client\` speaks it. Within a
version, messages and fields are only added; what is not known is ignored.

- The server begins with \`hello\`. The client then subscribes to views; each has a number that the client chooses.
- A view begins with a \`snapshot\`; \`delta\`s follow, at most one in 50 ms, whatever happened in between. A large tree comes in
  pieces: a snapshot with the first actors, then deltas at revision 0, until one has the revision of the whole.
- A timeline is read from the journal behind a cursor, \`seq\`. Whoever comes back gives the last \`seq\` (of a timeline) or
  \`rev\` (of another view) in \`resume\` and goes on from there. A position of another \`epoch\`, of more than 10 000 events ago,
  or of revisions that are forgotten is answered by \`resync\` and a fresh snapshot.
- A client that does not read is passed over; later it is told what changed meanwhile at once, or begins anew.
- \`digest\` is for comparison: a client whose tree differs at that revision subscribes anew.
- \`GET /events?view=…\` speaks the same messages as Server-Sent Events, one view per stream; the event's \`id\` is the \`seq\`.
- \`GET /api/<ask>?…\` answers an \`ask\` over HTTP; \`POST /api/control\` takes a \`control\` where control is allowed.

Times are milliseconds since the epoch. Every text that comes from a program, a context, an event, an argument or an error
has been through the redactor.
`;

export function render() {
  return [
    INTRODUCTION,
    ...section('What a client says', clientMessage),
    ...section('What the server says', serverMessage),
  ].join('\n');
}

function section(title, union) {
  return [
    `## ${title}\n`,
    ...union.options.map((option) => {
      const schema = z.toJSONSchema(option, { io: 'output', reused: 'inline', unrepresentable: 'any' });
      const name = schema.properties.type.const;
      return `### \`${name}\`\n\n\`\`\`ts\n${typeText(schema, '', schema.$defs ?? {})}\n\`\`\`\n`;
    }),
  ];
}

/** A JSON schema as a TypeScript type. */
function typeText(schema, indent, defs) {
  if (schema.$ref) return schema.$ref.split('/').at(-1).replace('__schema0', 'StateNode');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map((option) => typeText(option, indent, defs)).join(' | ');
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeText({ ...schema, type }, indent, defs)).join(' | ');
  }
  if (schema.type === 'array') {
    const item = typeText(schema.items, indent, defs);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object' && schema.properties) return objectText(schema, indent, defs);
  if (schema.type === 'object') return `Record<string, ${typeText(schema.additionalProperties ?? {}, indent, defs)}>`;
  if (schema.type === 'integer') return 'number';
  return schema.type ?? 'unknown';
}

function objectText({ properties, required = [] }, indent, defs) {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${inner}${name}${mark}: ${typeText(schema, inner, defs)};`;
  });
  return `{\n${fields.join('\n')}\n${indent}}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = render();
  if (!process.argv.includes('--check')) writeFileSync(page, text);
  else if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/inspector-protocol.md is out of date: node scripts/inspector-protocol.mjs');
    process.exitCode = 1;
  }
}

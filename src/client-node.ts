/** `espalier/client` in Node: what a browser has, and a WebSocket. */
export * from './client.js';
export { connect } from './transport/inspector/client/connect-node.js';

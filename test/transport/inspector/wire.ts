import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between a browser and a server that can be cut and blocked. */
export class Wire implements AsyncDisposable {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server;
  #isCut = false;
  /** How many connections have been made through it. */
  made = 0;

  private constructor(readonly to: number) {
    this.#server = createServer((near) => this.#join(near));
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the wire has no port');
    return address.port;
  }

  /** Ends every connection at once, as a cable that is pulled out; new ones are refused until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Lets nothing through to the browser: the server's buffers fill up. */
  block(): void {
    for (const [, far] of this.#pairs) far.pause();
  }

  flow(): void {
    for (const [, far] of this.#pairs) far.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #join(near: Socket): void {
    if (this.#isCut) return void near.resetAndDestroy();
    this.made += 1;
    const far = connect(this.to, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (chunk) => {
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      from.on('error', () => to.destroy());
    }
  }
}

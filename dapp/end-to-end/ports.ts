// Ports on this machine.

import { connect as dial, createServer } from 'node:net';

/** Where ports are looked for: below those that systems give to connections that go out, which may take any of theirs at any time. */
const [FIRST, COUNT] = [12_000, 20_000];
const found = new Set<number>();

/** A port that nobody listens on, another one with each call. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(COUNT * Math.random());
    if (found.has(port)) continue;
    found.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}

/** Whether something takes connections at `url`. */
export function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = dial({ host: hostname, port: Number(port) });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

// Turns at what takes every core: a node that starts compiles the runtime. Where many files of tests run at once, their networks
// start one after the other, and those that have started wait for blocks meanwhile. A test whose node must be back within few
// blocks takes a turn for that, too.

import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/** The environment variable that names the socket at which turns are given, where somebody gives them. */
export const TURNS = 'VOTIVE_TURNS';

/** Gives turns at the socket `path`: one at a time, in the order in which they are asked for. A turn ends with its connection. */
export function giveTurns(path: string): Server {
  let before = Promise.resolve();
  const server = createServer((socket) => {
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined).resume();
    before = before.then(() => {
      socket.write('your turn');
      return ended;
    });
  });
  return server.listen(path);
}

/** Works when its turn has come; at once where nobody gives turns. */
export async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const path = process.env[TURNS];
  if (!path) return work();
  const socket = connect(path);
  try {
    await once(socket, 'data');
    return await work();
  } finally {
    socket.destroy();
  }
}

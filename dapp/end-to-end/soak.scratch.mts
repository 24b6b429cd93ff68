import { Network, developmentNode } from '/work/main/dapp/end-to-end/network.ts';
import { signer } from '/work/main/dapp/examples/src/connect.ts';
import { ask } from '/work/main/dapp/examples/src/request.ts';
import { sampleOf } from '/work/main/dapp/examples/src/digits-package.ts';
import { wholeLife } from '/work/main/dapp/examples/src/follow.ts';
import { readReceipt } from '/work/main/dapp/examples/src/records.ts';
import { assertBalanced, readBooks } from '/work/main/dapp/end-to-end/books.ts';
const n = await Network.start({ nodes: [developmentNode('soak')] });
const node = n.nodes[0]!;
let api = await node.connect();
const alice = await signer('//Alice');
try {
  for (const wait of [300, 2900, 3050, 3200, 4500, 5900, 6050, 6200, 8950, 9050, 40]) {
    const a = await ask(api, alice, { version: {model:0,number:1}, input: sampleOf('7').pixels });
    await new Promise(r=>setTimeout(r,wait));
    await node.kill(); const down = Date.now(); await node.start(); api = await node.connect();
    const up = Date.now()-down;
    const kept = (await api.rpc.chain.getBlockHash(a.included.blockNumber)).toHex() === a.included.blockHash;
    if (!kept) { console.log(wait, 'lost'); continue; }
    const t = Date.now();
    const life = await wholeLife(api, a.id, a.included.blockNumber);
    const r = await readReceipt(api, a.id);
    console.log(wait, `up ${up} ms, end after ${Date.now()-t} ms,`, r!.outcome.kind, life.map(s=>`${s.block.number-a.included.blockNumber}:${s.event.name.slice(10)}`).join(' '));
    assertBalanced(await readBooks(api));
  }
} catch (e) { console.error(e); console.error(node.log()); }
await n.stop(); process.exit(0);

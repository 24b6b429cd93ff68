// A node with --watch computes settled answers again, and reports the one of a liar who was alone in its committee.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { sampleOf } from '@votive/examples/digits-package';
import { wholeLife } from '@votive/examples/follow';
import { readReceipt, type VersionId } from '@votive/examples/records';
import { ask } from '@votive/examples/request';
import { funded } from './accounts.ts';
import { Adversary } from './adversary.ts';
import { becomes } from './becomes.ts';
import { DIGITS, publishServed } from './models.ts';
import { developmentNode, TestNetwork } from './network.ts';
import { registered } from './workers.ts';

const chain = new TestNetwork({
  nodes: [developmentNode('author'), { name: 'watch', flags: ['--watch', '-lvotive-watch=debug'] }],
});
let liar: Adversary | undefined;
after(() => liar?.stop());

chain.test('a liar who is alone in its committee settles, and a node that watches reports it', async () => {
  const { owner, asker } = await funded(chain.api, 'owner', 'asker');
  const operators = await registered(chain.api, ['liar']);
  const [version] = await publishServed(chain.api, owner, operators);
  assert.ok(version);
  liar = Adversary.start(chain.node(), '//end-to-end//worker//liar', 'wrong-bytes');

  const settled = async (asked: VersionId): Promise<string> => {
    const { id, included } = await ask(chain.api, asker, { version: asked, input: sampleOf('3').pixels });
    await wholeLife(chain.api, id, included.blockNumber);
    assert.equal((await readReceipt(chain.api, id))?.outcome.kind, 'final');
    return id;
  };
  const honest = await settled(DIGITS);
  const lied = await settled(version);

  const watch = chain.node('watch');
  const wrong = (request: string): string => `Request ${request} settled on a wrong answer`;
  await becomes(() => watch.hasLogged(wrong(lied)) || undefined);
  await becomes(() => watch.hasLogged(`Request ${honest}: the settled answer is right`) || undefined);
  assert.ok(!watch.hasLogged(wrong(honest)));
});

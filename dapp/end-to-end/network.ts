// Nodes of one chain in one temporary folder, and the tests that run on them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { ApiPromise } from '@polkadot/api';
import { ChainNode, type NodePlan } from './chain-node.ts';
import { type Patch, writeChainSpec } from './chain-spec.ts';

/** What a network is made of. */
export interface NetworkPlan {
  /** The preset: `dev` unless another is named. */
  readonly chain?: 'dev' | 'local';
  /** What is laid over the preset's genesis: shorter windows, never a shorter slot. */
  readonly genesis?: Patch;
  readonly nodes: readonly [NodePlan, ...NodePlan[]];
}

/** A development chain of one node that validates and works. */
export function developmentNode(name: string, ...flags: string[]): NodePlan {
  return { name, flags: ['--dev', ...flags] };
}

/** A validator of the chain `local` that has the keys, the worker keys included, of the seed `//name`. */
export function validatorNode(name: 'alice' | 'bob' | 'charlie' | 'dave', ...flags: string[]): NodePlan {
  return { name, flags: [`--${name}`, '--validator', '--unsafe-force-node-key-generation', ...flags] };
}

const TEST_MS = 180_000;

/** A running network. */
export class Network {
  private constructor(
    readonly folder: string,
    readonly nodes: readonly ChainNode[],
  ) {}

  /** Starts the nodes; the later ones find the first. */
  static async start({ chain = 'dev', genesis, nodes: plans }: NetworkPlan): Promise<Network> {
    const folder = mkdtempSync(join(tmpdir(), 'votive-end-to-end-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const spec = genesis ? writeChainSpec(chain, genesis, join(folder, 'chain-spec.json')) : chain;
    const network = new Network(folder, await Promise.all(plans.map((plan) => ChainNode.plan(plan, spec, folder))));
    try {
      const [first, ...others] = network.nodes;
      await first?.start();
      const found = first && others.length > 0 ? await bootnodes(first) : [];
      await Promise.all(others.map((node) => node.start(found)));
    } catch (error) {
      await network.stop();
      throw error;
    }
    return network;
  }

  /** Ends all processes and removes their folder. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A network that lives as long as the tests of one file. */
export class TestNetwork {
  #network: Network | undefined;
  #api: ApiPromise | undefined;

  /** `prepare` runs before the first test, on the connected network. */
  constructor(plan: NetworkPlan, prepare?: (api: ApiPromise) => Promise<void>) {
    before(async () => {
      this.#network = await Network.start(plan);
      this.#api = await this.node().connect();
      await prepare?.(this.#api);
    });
    after(() => this.#network?.stop());
  }

  /** The connection to the first node. */
  get api(): ApiPromise {
    if (!this.#api) throw new Error('the network has not started');
    return this.#api;
  }

  /** A node by its place in the plan. */
  node(place = 0): ChainNode {
    const node = this.#network?.nodes[place];
    if (!node) throw new Error(`the network has no node ${place}, or has not started`);
    return node;
  }

  /** A test on this network; where it fails, the nodes' logs are shown. */
  test(behaviour: string, body: (context: TestContext) => Promise<void>): void {
    void test(behaviour, { timeout: TEST_MS }, async (context) => {
      try {
        await body(context);
      } catch (error) {
        for (const node of this.#network?.nodes ?? []) process.stderr.write(`${node.log()}\n`);
        throw error;
      }
    });
  }

  /** SIGKILL of the first node, and its restart on the files that it left. */
  async killAndRestart(): Promise<void> {
    await this.node().kill();
    await this.node().start();
    this.#api = await this.node().connect();
  }
}

async function bootnodes(node: ChainNode): Promise<string[]> {
  const api = await node.connect();
  const addresses = (await api.rpc.system.localListenAddresses()).map((address) => address.toString());
  const local = addresses.find((address) => address.startsWith('/ip4/127.0.0.1/tcp/'));
  if (!local) throw new Error(`${node.name} listens on no local address: ${addresses.join(', ')}`);
  return ['--bootnodes', local];
}

// Nodes of one chain in one temporary folder, and the tests that run on them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { ApiPromise } from '@polkadot/api';
import { ChainNode, type NodePlan } from './chain-node.ts';
import { chainSpec, type Patch, type Preset } from './chain-spec.ts';
import { knownPeers, linked, regroup } from './links.ts';
import { inTurn } from './turns.ts';

/** What a network is made of. */
export interface NetworkPlan {
  /** The preset: `dev` unless another is named. */
  readonly chain?: Preset;
  /** What is laid over the preset's genesis: shorter windows, never a shorter slot. */
  readonly genesis?: Patch;
  readonly nodes: readonly [NodePlan, ...NodePlan[]];
}

/** The validators of the chain `local`. */
export const VALIDATORS = ['alice', 'bob', 'charlie', 'dave'] as const;
export type Validator = (typeof VALIDATORS)[number];

/** A development chain of one node that validates and works. */
export function developmentNode(name: string, ...flags: string[]): NodePlan {
  return { name, flags: ['--dev', ...flags] };
}

/** A node that talks to the peers that it is given, and to no others: `links.ts` tells why it takes all of these. */
const RESERVED_ONLY = ['--reserved-only', '--in-peers', '0', '--out-peers', '0'];

/** A validator of the chain `local` that has the keys, the worker keys included, of the seed `//name`. */
export function validatorNode(name: Validator, ...flags: string[]): NodePlan {
  return { name, flags: [`--${name}`, '--validator', ...RESERVED_ONLY, ...flags] };
}

/** The chain `local` with a process for each of its four validators. */
export function fourValidators(): NetworkPlan {
  const [first, ...others] = VALIDATORS;
  return { chain: 'local', nodes: [validatorNode(first), ...others.map((name) => validatorNode(name))] };
}

const TEST_MS = 300_000;

/** A running network. */
export class Network {
  private constructor(
    readonly folder: string,
    readonly nodes: readonly ChainNode[],
  ) {}

  /** Starts the nodes, and connects each with all others. */
  static async start({ chain = 'dev', genesis, nodes: plans }: NetworkPlan): Promise<Network> {
    const folder = mkdtempSync(join(tmpdir(), 'votive-end-to-end-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const spec = await chainSpec(chain, genesis, folder);
    // Its ports are found in the turn in which it starts: another network could find them free as well.
    const network = await inTurn(async () => {
      const planned = new Network(folder, await Promise.all(plans.map((plan) => ChainNode.plan(plan, spec, folder))));
      await planned.#orStop(Promise.all(planned.nodes.map((node) => planned.restart(node))));
      return planned;
    });
    await network.#orStop(linked([network.nodes]));
    return network;
  }

  async #orStop(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Starts a node, on the files that it left if it was killed. It talks to all others, wherever the network is cut. */
  async restart(node: ChainNode): Promise<void> {
    await node.start(knownPeers(node, this.nodes));
  }

  /** Cuts the network into groups that cannot reach each other. All nodes run. */
  async partition(...groups: readonly ChainNode[][]): Promise<void> {
    await regroup(groups);
  }

  /** Connects each node with all others again. */
  async heal(): Promise<void> {
    await regroup([this.nodes]);
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

  /** `prepare` runs before the first test, on the connected network. */
  constructor(plan: NetworkPlan, prepare?: (api: ApiPromise) => Promise<void>) {
    before(async () => {
      this.#network = await Network.start(plan);
      await prepare?.(this.api);
    });
    after(() => this.#network?.stop());
  }

  /** The network; there is none before the first test. */
  get network(): Network {
    if (!this.#network) throw new Error('the network has not started');
    return this.#network;
  }

  /** The connection to the first node. */
  get api(): ApiPromise {
    return this.node().api;
  }

  /** A node by its place in the plan, or by its name. */
  node(which: number | string = 0): ChainNode {
    const { nodes } = this.network;
    const node = typeof which === 'number' ? nodes[which] : nodes.find(({ name }) => name === which);
    if (!node) throw new Error(`the network has no node ${which}`);
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

  /** SIGKILL of a node, the first unless another is named, and its restart on the files that it left. */
  async killAndRestart(node = this.node()): Promise<void> {
    await node.kill();
    await this.network.restart(node);
  }
}

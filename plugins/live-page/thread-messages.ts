import type { LiveEnd, LiveFacts, LiveImage, LiveMessage, LiveProgress, MetricRow } from '../../src';
import type { SavedCurve } from './run-history';

/** The data with which the page's thread is started. */
export interface ThreadSetup {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** The page's script, style and frame. */
  readonly script: string;
  readonly style: string;
  readonly html: string;
  readonly facts: LiveFacts;
  readonly curves: readonly SavedCurve[];
  readonly messages: readonly LiveMessage[];
  /** The folder of all runs, and the folder of this one. */
  readonly root: string;
  readonly folder: string;
}

/** A value that the page measured itself. */
export interface PageValue {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

/** To the thread: changes of the run. */
export interface ToThread {
  readonly rows?: readonly MetricRow[];
  readonly values?: readonly PageValue[];
  readonly messages?: readonly LiveMessage[];
  readonly images?: readonly (Omit<LiveImage, 'path'> & { readonly png: Uint8Array })[];
  readonly progress?: LiveProgress;
  /** The run is about to end, or has ended; with `last`, nothing follows, and the thread ends. */
  readonly end?: LiveEnd;
  readonly last?: boolean;
  /** To be sent back when everything before it has been sent to the readers. */
  readonly echo?: number;
}

/** From the thread. */
export type FromThread =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'unable'; readonly reason: string }
  | { readonly kind: 'echo'; readonly echo: number };

import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ViewTransform } from '../../../src';
import type { DataDefinition, ExperimentDefinition } from '../../../src/metadata';
import {
  experimentData,
  experimentDefinition,
  hyperParameterDefaults,
  pluginName,
} from '../../../src/metadata';
import type { HyperParameterValue } from '../../../src/metadata';
import { shippedExperiments } from '../../../src/run/shipped-experiments';
import { root } from '../paths';
import type { MethodText } from './method-text';

const load = createRequire(__filename);

/** A method that Fulgur ships, as its experiment declares it. */
export interface Method {
  /** Name of the experiment and of the page. */
  readonly name: string;
  /** Name in prose: `Barlow Twins`. */
  readonly title: string;
  /** The method in a clause. */
  readonly summary: string;
  /** Authors and number of the paper: `Grill et al., arXiv 2006.07733`. */
  readonly citation: string;
  readonly definition: ExperimentDefinition;
  readonly data: DataDefinition;
  readonly views: ViewTransform;
  readonly hyperParameters: Readonly<Record<string, HyperParameterValue>>;
  /** Text of the experiment's file. */
  readonly source: string;
  readonly text: MethodText;
}

/** All methods, by name. An experiment such as `fastsiam-digits` is a variant of a method and has no page of its own. */
export function shippedMethods(): Method[] {
  const experiments = shippedExperiments();
  const isVariant = (name: string): boolean => experiments.some((other) => name.startsWith(`${other.name}-`));
  return experiments
    .filter(({ name }) => !isVariant(name))
    .map(({ name, type }) => {
      const definition = experimentDefinition(type);
      const data = experimentData(type);
      return {
        name,
        ...partsOfHelp(name, definition.help ?? ''),
        definition,
        data,
        views: data.transform as ViewTransform,
        hyperParameters: hyperParameterDefaults(type),
        source: readFileSync(join(root, experimentFile(name)), 'utf8'),
        text: textOf(name),
      };
    });
}

/** Path of an experiment's file from the project's root. */
export function experimentFile(name: string): string {
  return `experiments/${name}.ts`;
}

export function hasExperimentFile(name: string): boolean {
  return existsSync(join(root, experimentFile(name)));
}

/** Whether the experiment of this name declares a plugin. */
export function declaresPlugin(name: string, plugin: string): boolean {
  const experiment = shippedExperiments().find((one) => one.name === name);
  const plugins = experiment === undefined ? [] : (experimentDefinition(experiment.type).plugins ?? []);
  return plugins.some((one) => pluginName(one) === plugin);
}

/** Splits a help line of the form `BYOL on CIFAR-10: a student … (Grill et al., arXiv 2006.07733)`. */
export function partsOfHelp(name: string, help: string): Pick<Method, 'title' | 'summary' | 'citation'> {
  const match = /^(?<title>.+?) on [^:]+: (?<summary>.+) \((?<citation>[^()]+)\)$/.exec(help);
  const { title, summary, citation } = match?.groups ?? {};
  if (title === undefined || summary === undefined || citation === undefined) {
    throw new Error(
      `The help line of ${experimentFile(name)} is '${help}'. Write it as 'Name on data set: summary (authors, paper)'.`,
    );
  }
  return { title, summary, citation };
}

function textOf(name: string): MethodText {
  const file = join(__dirname, 'texts', `${name}.ts`);
  if (!existsSync(file)) {
    throw new Error(`The method '${name}' has no text. Add docs/.site/methods/texts/${name}.ts.`);
  }
  return (load(file) as { readonly text: MethodText }).text;
}

import { z } from 'zod';
import { Experiment, HyperParameter } from '../../src/metadata';
import { defineCommand } from '../../src/run';
import { resolveConfig } from './resolve';

const walk = defineCommand({
  name: 'walk',
  help: 'walk along paths',
  words: 'paths',
  options: {
    paths: z.array(z.string()).default([]),
    pace: z.number().positive('must be above 0').default(1),
    lr: z.number().default(7),
    seed: z.number().default(8),
  },
  run: () => Promise.resolve({ status: 'finished', metrics: {} }),
});

const stroll = defineCommand({
  name: 'stroll',
  help: 'need no run',
  defaultCheckpoint: null,
  run: () => Promise.resolve({ status: 'finished', metrics: {} }),
});

@Experiment({ name: 'walker', data: { name: 'digits' }, commands: [walk, stroll] })
class Walker {
  @HyperParameter({ min: 0 }) lr = 0.06;
}

describe('options of a command by their own names', () => {
  it('go to the command on the command line, except for names that the run or the experiment has', () => {
    const args = ['walk', '--pace', '3', '--lr', '0.5', '--seed', '4', '--walk.seed', '9'];
    const { options, hyperparameters, seed } = resolveConfig(Walker, args);
    expect(options).toEqual({ paths: [], pace: 3, lr: 7, seed: 9 });
    expect(hyperparameters).toEqual({ lr: 0.5 });
    expect(seed).toBe(4);
  });

  it('are named in errors as they were given', () => {
    expect(() => resolveConfig(Walker, ['walk', '--pace', '-1'])).toThrow('--pace: must be above 0, not -1');
  });

  it('belong to no other command', () => {
    expect(() => resolveConfig(Walker, ['knn', '--pace', '3'])).toThrow('--pace');
  });
});

describe('words after a command', () => {
  it('are a list for the option that takes them', () => {
    expect(resolveConfig(Walker, ['walk', 'a', '--pace', '2', 'b']).options).toMatchObject({
      paths: ['a', 'b'],
      pace: 2,
    });
  });

  it('are rejected if no option takes them', () => {
    expect(() => resolveConfig(Walker, ['knn', 'a'])).toThrow('a: this word does not belong to any option');
  });
});

describe('the checkpoint of a command', () => {
  it('is the last one by default, or none for a command that needs no run', () => {
    const checkpointOf = (...args: string[]): string | null => resolveConfig(Walker, args).checkpoint;
    expect(checkpointOf('walk')).toBe('last');
    expect(checkpointOf('stroll')).toBeNull();
    expect(checkpointOf('stroll', '--checkpoint', 'best')).toBe('best');
    expect(checkpointOf('fit')).toBeNull();
  });
});

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { childEnvironment, readEnvironment, slurmJob } from '../../src/config/environment';

describe('the environment', () => {
  it('puts the cache under the home folder unless told otherwise', () => {
    expect(readEnvironment({}).cacheFolder).toBe(resolve(homedir(), '.cache', 'fulgur'));
    expect(readEnvironment({ XDG_CACHE_HOME: '/x' }).cacheFolder).toBe('/x/fulgur');
    expect(readEnvironment({ XDG_CACHE_HOME: '/x', FULGUR_CACHE: '/own' }).cacheFolder).toBe('/own');
  });

  it('makes paths absolute', () => {
    const { cacheFolder, tensorflowFolder } = readEnvironment({ FULGUR_CACHE: 'c', FULGUR_TENSORFLOW: 't' });
    expect([cacheFolder, tensorflowFolder]).toEqual([resolve('c'), resolve('t')]);
  });

  it('treats an empty variable as not set', () => {
    const { cacheFolder, tensorflowFolder } = readEnvironment({
      FULGUR_CACHE: '',
      XDG_CACHE_HOME: '',
      FULGUR_TENSORFLOW: '',
    });
    expect(cacheFolder).toBe(resolve(homedir(), '.cache', 'fulgur'));
    expect(tensorflowFolder).toBeNull();
  });

  it('lists the search path without its empty parts', () => {
    expect(readEnvironment({ PATH: '/a::/b' }).searchPath).toEqual(['/a', '/b']);
    expect(readEnvironment({}).searchPath).toEqual([]);
  });

  it("gives a child process this process's variables with the changes applied", () => {
    process.env['FULGUR_TEST_VARIABLE'] = 'before';
    expect(childEnvironment({ FULGUR_TEST_VARIABLE: 'after' })['FULGUR_TEST_VARIABLE']).toBe('after');
    expect(childEnvironment({})['FULGUR_TEST_VARIABLE']).toBe('before');
    expect(process.env['FULGUR_TEST_VARIABLE']).toBe('before');
    Reflect.deleteProperty(process.env, 'FULGUR_TEST_VARIABLE');
  });

  it('knows the Slurm job, and its task in an array', () => {
    expect(slurmJob({})).toBeNull();
    expect(slurmJob({ SLURM_JOB_ID: '77' })).toBe('77');
    expect(slurmJob({ SLURM_JOB_ID: '78', SLURM_ARRAY_JOB_ID: '77', SLURM_ARRAY_TASK_ID: '3' })).toBe('77_3');
  });

  it('knows which GPUs may be used', () => {
    const of = (list?: string) => readEnvironment({ CUDA_VISIBLE_DEVICES: list }).visibleGpus;
    expect([of(undefined), of(''), of('-1'), of('0, 2'), of('GPU-ab')]).toEqual([
      null,
      [],
      [],
      ['0', '2'],
      ['GPU-ab'],
    ]);
  });
});

import { findBuild } from '../../../src/engine/install/builds';

const all = [
  findBuild('linux', 'x64', 'cpu'),
  findBuild('linux', 'x64', 'cuda'),
  findBuild('linux', 'arm64', 'cpu'),
  findBuild('darwin', 'arm64', 'cpu'),
];

describe('the pinned builds', () => {
  it('pin every wheel by its SHA-256', () => {
    const wheels = all.flatMap((build) => build!.wheels);
    for (const { sha256 } of wheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  });

  it('have the TensorFlow wheel first and folders of their own', () => {
    expect(all.map((build) => `${build!.key} ${build!.wheels[0]!.project}`)).toEqual([
      '2.21.0-cpu-linux-x64 tensorflow-cpu',
      '2.21.0-cuda-linux-x64 tensorflow',
      '2.21.0-cpu-linux-arm64 tensorflow',
      '2.21.0-cpu-darwin-arm64 tensorflow',
    ]);
  });

  it('contain all that tensorflow[and-cuda] 2.21.0 requires', () => {
    // From the wheel's own metadata: Requires-Dist ... extra == "and-cuda".
    const asked =
      'cublas cuda-cupti cuda-nvcc cuda-nvrtc cuda-runtime cudnn cufft curand cusolver cusparse nccl nvjitlink';
    const projects = findBuild('linux', 'x64', 'cuda')!
      .wheels.slice(1)
      .map(({ project }) => project);
    expect(projects).toEqual(asked.split(' ').map((part) => `nvidia-${part}-cu12`));
  });

  it('exist for no other machine', () => {
    expect(findBuild('win32', 'x64', 'cpu')).toBeNull();
    expect(findBuild('darwin', 'x64', 'cpu')).toBeNull();
    expect(findBuild('linux', 'arm64', 'cuda')).toBeNull();
  });
});

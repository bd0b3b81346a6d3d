import { progressReport } from '../../../src/engine/install/progress-report';

describe('a progress report', () => {
  afterEach(() => jest.useRealTimers());

  it('says one line for every ten percent', () => {
    const said: string[] = [];
    const report = progressReport('Copying', (line) => said.push(line));
    for (let done = 0; done <= 1000; done += 1) report(done, 1000);
    expect(said).toEqual(Array.from({ length: 11 }, (_, i) => `Copying: ${i * 10}%`));
  });

  it('never says more than 100%', () => {
    const said: string[] = [];
    progressReport('Copying', (line) => said.push(line))(2000, 1000);
    expect(said).toEqual(['Copying: 100%']);
  });

  it('speaks every five seconds, in megabytes where the total is unknown', () => {
    jest.useFakeTimers();
    const said: string[] = [];
    const report = progressReport('Copying', (line) => said.push(line));
    for (let second = 0; second <= 10; second += 1) {
      report(second * 1e6, null);
      jest.advanceTimersByTime(1000);
    }
    expect(said).toEqual(['Copying: 0 kB', 'Copying: 5 MB', 'Copying: 10 MB']);
  });
});

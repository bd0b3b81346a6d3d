import { progressReport } from '../../../src/engine/install/progress-report';

describe('a progress report', () => {
  afterEach(() => jest.useRealTimers());

  it('prints one line for every ten percent', () => {
    const said: string[] = [];
    const report = progressReport('Copying', (line) => said.push(line));
    for (let done = 0; done <= 1000; done += 1) report(done, 1000);
    expect(said).toEqual(Array.from({ length: 11 }, (_, i) => `Copying: ${i * 10}%`));
  });

  it('never reports more than 100%', () => {
    const said: string[] = [];
    progressReport('Copying', (line) => said.push(line))(2000, 1000);
    expect(said).toEqual(['Copying: 100%']);
  });

  it('reports every five seconds, in megabytes if the total is unknown', () => {
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

import { Experiment, experimentData, experimentDefinition } from '../../src/metadata';

@Experiment({ name: 'first', data: { name: 'digits', batchSize: 8 } })
class First {}

@Experiment({ name: 'second', data: First })
class Second extends First {}

class Undecorated extends First {}

describe('@Experiment', () => {
  it('records its definition', () => {
    expect(experimentDefinition(First).name).toBe('first');
  });

  it("takes another experiment's data", () => {
    expect(experimentData(Second)).toEqual({ name: 'digits', batchSize: 8 });
  });

  it('is not inherited: each experiment names itself', () => {
    expect(() => experimentDefinition(Undecorated)).toThrow(
      "The class 'Undecorated' is not an experiment. Add @Experiment({ name: '...' }) above it.",
    );
  });
});
